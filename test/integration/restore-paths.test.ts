import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { Failure } from '../../src/logging/failure.ts';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore, type RestoreOptions, type RestoreResult } from '../../src/operations/restore.ts';
import { undo } from '../../src/operations/undo.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { edits, type Edit } from '../fixtures/random-tree.ts';

interface Seen {
  /** Kind, mode, owner, time, size, content. */
  what: string;
  inode: string;
}
/** By name in the archive, as latin1 of its bytes. */
type Snapshot = Map<string, Seen>;

/** All that is below a folder, but for what restores keep there. */
function look(root: string): Snapshot {
  const found: Snapshot = new Map();
  const visit = (path: Buffer, name: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const attributes = `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs}`;
    const inode = `${stat.dev}:${stat.ino}`;
    if (stat.isDirectory()) {
      found.set(`${name}/`, { what: attributes, inode });
      for (const each of readdirSync(path, { encoding: 'buffer' })) {
        if (each.toString().startsWith('.continuity-')) continue;
        visit(Buffer.concat([path, Buffer.from('/'), each]), `${name}/${each.toString('latin1')}`);
      }
      return;
    }
    const content = stat.isSymbolicLink()
      ? readlinkSync(path, { encoding: 'latin1' })
      : createHash('sha256').update(readFileSync(path)).digest('hex');
    found.set(name, { what: `${attributes} ${content}`, inode });
  };
  visit(Buffer.from(root), 'uploads');
  return found;
}

/** The chosen part, with the number of the first of its names in the place of each file's inode. */
function chosenPart(snapshot: Snapshot, choice: PathChoice): Map<string, string> {
  const files = new Map<string, number>();
  const chosen = [...snapshot].filter(([name]) => choice.includes(Buffer.from(name, 'latin1'))).sort();
  return new Map(
    chosen.map(([name, { what, inode }]) => {
      if (!files.has(inode)) files.set(inode, files.size);
      return [name, `${what} file ${files.get(inode)}`];
    }),
  );
}

function others(snapshot: Snapshot, choice: PathChoice): [string, Seen][] {
  return [...snapshot].filter(([name]) => !choice.includes(Buffer.from(name, 'latin1'))).sort();
}

const seed = Number(process.env['CONTINUITY_SEED'] ?? Date.now() % 1_000_000) + 1;
let state = seed;
/** A number below a limit; the same ones again with the same CONTINUITY_SEED. */
function draw(limit: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % limit;
}
const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;

let made: TestPlatform;
const pathOf = (name: string): Buffer =>
  Buffer.concat([Buffer.from(`${made.uploads}/`), Buffer.from(name.replace(/^uploads\//, ''), 'latin1')]);

/** Changes the live files as people do: names become something else, files get other names, times and modes change. */
function changeFiles(changes: readonly Edit[]): void {
  for (const { path, node } of changes) {
    const names = path.split('/');
    if (Buffer.byteLength(path, 'latin1') > 900) continue;
    for (let depth = 1; depth < names.length; depth++) {
      const folder = pathOf(names.slice(0, depth).join('/'));
      if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) rmSync(folder, { force: true });
      mkdirSync(folder, { recursive: true });
    }
    const target = pathOf(path);
    rmSync(target, { recursive: true, force: true });
    if (node?.type === 'dir') mkdirSync(target);
    else if (node?.type === 'symlink') symlinkSync(node.target, target);
    else if (node) {
      writeFileSync(target, node.content);
      utimesSync(target, 1_600_000_000 + draw(1000) / 8, 1_600_000_000 + draw(1000) / 8);
      if (draw(5) === 0) chmodSync(target, 0o600);
    }
  }
}

/** Gives some of the files further names, in any folder. */
function linkFiles(count: number): void {
  const names = [...look(made.uploads)];
  const files = names.filter(([name, { what }]) => !name.endsWith('/') && what.startsWith('100'));
  const folders = names.filter(([name]) => name.endsWith('/'));
  // Some trees have none.
  for (let link = 0; files.length > 0 && link < count; link++)
    linkSync(pathOf(pick(files)[0]), pathOf(`${pick(folders)[0]}${pick(['A', 'l', 'z'])}-link-${link}`));
}

/** Paths that somebody could type, at and above what an archive holds, some with a `*` in them. */
function choosePaths(archived: Snapshot): PathChoice {
  const names = [...archived];
  const linked = names.filter(([, { inode }]) => names.filter(([, other]) => other.inode === inode).length > 1);
  const typed = [...names, ...linked, ...linked, ...linked].flatMap(([name]) => {
    const text = Buffer.from(name, 'latin1').toString();
    if (!Buffer.from(text).equals(Buffer.from(name, 'latin1')) || /\p{Cc}/u.test(text)) return [];
    const parts = text.replace(/\/$/, '').split('/');
    if (parts.length > 1 && draw(3) === 0) parts[1 + draw(parts.length - 1)] = pick(['*', 'a*', '**']);
    const choice = PathChoice.parse([parts.join('/')]);
    return [...archived.keys()].some((each) => choice.includes(Buffer.from(each, 'latin1'))) ? choice.texts : [];
  });
  return PathChoice.parse(Array.from({ length: 1 + draw(3) }, () => pick(typed)));
}

const run = (options: Partial<RestoreOptions>): Promise<RestoreResult> =>
  restore(made.platform, {
    archive: 'latest',
    confirm: () => Promise.resolve(true),
    skipsSafetyBackup: true,
    ...options,
  });

beforeAll(async () => {
  made = await createPlatform();
});
afterAll(() => made.stop());

describe(`any paths of any tree (CONTINUITY_SEED=${seed - 1})`, () => {
  const sample = () => fc.sample(edits, { seed: draw(1_000_000_000), numRuns: 3 }).flat();

  it('come back as they were, and nothing else is another file, or as much as a nanosecond younger', async () => {
    changeFiles(sample());
    linkFiles(12);
    const archived = look(made.uploads);
    await backup(made.platform, { trigger: 'nightly' });
    let [restored, blocked] = [0, 0];
    for (let turn = 0; turn < 15; turn++) {
      changeFiles(sample().slice(0, draw(40)));
      const paths = choosePaths(archived);
      const before = look(made.uploads);
      const about = JSON.stringify({ turn, paths });
      const outcome = await run({ paths }).catch((error: unknown) => error as Failure);
      const after = look(made.uploads);
      if (outcome instanceof Failure) {
        expect([about, outcome.message]).toEqual([about, expect.stringMatching(/is a folder in the archive/)]);
        expect([about, after]).toEqual([about, before]);
        blocked++;
        continue;
      }
      restored++;
      expect([about, chosenPart(after, paths)]).toEqual([about, chosenPart(archived, paths)]);
      const added = others(after, paths).filter(([name]) => !before.has(name));
      expect([about, others(after, paths).filter(([name]) => before.has(name))]).toEqual([
        about,
        others(before, paths),
      ]);
      // Folders on the way there that were missing.
      for (const [name, { what }] of added)
        expect([about, name, archived.get(name)?.what]).toEqual([about, name, what]);
      expect(added.every(([name]) => name.endsWith('/'))).toBe(true);
      if (turn % 4 === 0) {
        await undo(made.platform, { confirm: () => Promise.resolve(true) });
        expect([about, look(made.uploads)]).toEqual([about, before]);
        continue;
      }
      await forget(made.platform, { confirm: () => Promise.resolve(true) });
      expect([about, look(made.uploads)]).toEqual([about, after]);
    }
    expect(restored).toBeGreaterThan(blocked);
  }, 120_000);
});
