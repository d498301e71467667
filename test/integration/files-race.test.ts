import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { KitBudget } from '../../src/sources/kit/kit-budget.ts';
import { readPath } from '../../src/sources/kit/read-path.ts';
import { juggler, startJuggling } from '../fixtures/folder-juggler.ts';
import { readEntry, walkUploads } from '../fixtures/walk-uploads.ts';

/** Times that the walk must have met each of the two. */
const MEETINGS = 40;

let top: string;
let uploads: string;
let juggling: Awaited<ReturnType<typeof startJuggling>>;
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'continuity-race-'));
  chmodSync(top, 0o755);
  uploads = join(top, 'uploads');
  // What only we may read, and what is the tree's own; of the same names.
  mkdirSync(join(top, 'private/deep'), { recursive: true, mode: 0o700 });
  mkdirSync(join(uploads, 'x/deep'), { recursive: true });
  for (const name of ['id', 'deep/id']) {
    writeFileSync(join(top, 'private', name), 'private', { mode: 0o600 });
    writeFileSync(join(uploads, 'x', name), 'its own');
  }
  writeFileSync(join(top, 'private/only-there'), 'private', { mode: 0o600 });
  symlinkSync(join(top, 'private'), join(uploads, 'link'));
  for (const name of ['', 'x']) chownSync(join(uploads, name), juggler, juggler);
  juggling = await startJuggling(join(uploads, 'x'), join(uploads, 'link'));
});
afterEach(async () => {
  await juggling.end();
  rmSync(top, { recursive: true });
});

type Read = { name: string; type: string; content: string | undefined };

async function readAsBackup(): Promise<Read[]> {
  const { entries } = await walkUploads(uploads);
  const found: Read[] = [];
  for (const entry of entries) {
    const content = (await readEntry(entry))?.bytes.toString();
    found.push({ name: entry.name.toString().slice('uploads/'.length), type: entry.type, content });
  }
  return found;
}

async function readAsKit(): Promise<Read[]> {
  const found: Read[] = [];
  const options = { path: uploads, name: 'uploads', budget: new KitBudget(), warn: () => undefined };
  try {
    for await (const { name, type, content } of readPath(options))
      found.push({ name: name.toString().slice('uploads/'.length), type, content: content.toString() });
  } catch (error) {
    // What was a link is none any more.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  }
  return found;
}

it.each([
  ['a backup', readAsBackup],
  ['the recovery kit', readAsKit],
])(
  '%s reads nothing through a link that takes turns with a folder',
  async (_who, read) => {
    const met = { folder: 0, link: 0, own: 0 };
    for (let walks = 0; walks < 20_000 && Math.min(...Object.values(met)) < MEETINGS; walks++) {
      const found = await read();
      const names = found.map(({ name }) => name);
      expect(names).not.toContain('x/only-there');
      expect(found.filter(({ content }) => content === 'private')).toEqual([]);
      if (names.includes('x/')) met.folder++;
      if (found.some(({ name, type }) => name === 'x' && type === 'symlink')) met.link++;
      if (found.some(({ content }) => content === 'its own')) met.own++;
    }
    expect(Math.min(...Object.values(met))).toBe(MEETINGS);
  },
  300_000,
);
