import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SafeEntry } from '../../src/archive/entry-guard.ts';
import { extractEntries } from '../../src/archive/gnu-tar.ts';
import { canConfine } from '../../src/archive/confine.ts';
import { makeExtractionPlace, type ExtractionPlace } from '../fixtures/extraction-place.ts';
import { startRootedProcess } from '../fixtures/rooted-process.ts';

const isRoot = process.getuid?.() === 0;
const reason = 'root alone confines others, and is the one whom they would lead astray';

async function* entriesOf(...names: string[]): AsyncGenerator<SafeEntry> {
  for (const name of names) {
    const content = Buffer.from(`content of ${name}`);
    const header = { name: Buffer.from(name), mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: content.length };
    const body = (async function* () {
      yield content;
    })();
    yield { header: { ...header, type: 'reg' }, body, sparse: true };
  }
}

/**
 * Somebody who may write to the staging directory has put links there, and took away what had been extracted. That needs
 * no luck in time here: what comes later goes on in a directory that is not as it was left.
 */
(isRoot ? describe : describe.skip)(
  `extraction among people who put links${isRoot ? '' : `: skipped, ${reason}`}`,
  () => {
    let place: ExtractionPlace;
    beforeAll(async () => {
      place = await makeExtractionPlace();
      // Else the tests below would prove nothing.
      expect(await canConfine()).toBe(true);
    });
    afterAll(() => place.remove());

    it('extracts what has no link in its way', async () => {
      const directory = await place.makeStaging();
      await extractEntries({ entries: entriesOf('a/b/plain'), directory });
      expect(readFileSync(join(directory, 'a/b/plain'), 'utf8')).toBe('content of a/b/plain');
    });

    it.each([
      ['an absolute path', (outside: string) => outside],
      ['a relative path', () => '../outside'],
      ['the root of another process', (outside: string) => `/proc/1/root${outside}`],
      ['a folder that holds the open ones of tar', () => '/proc/self/cwd/../outside'],
    ])('writes nothing by a link to %s', async (_name, targetIn) => {
      const directory = await place.makeStaging();
      const outside = join(directory, '../outside');
      mkdirSync(outside);
      symlinkSync(targetIn(outside), join(directory, 'x'));
      await extractEntries({ entries: entriesOf('x/file'), directory, goesOn: true }).catch(() => undefined);
      expect(readdirSync(outside)).toEqual([]);
    });

    it('changes nothing of this system that a link leads to', async () => {
      const directory = await place.makeStaging();
      symlinkSync('/usr/share', join(directory, 'x'));
      await expect(
        extractEntries({ entries: entriesOf('x/continuity-test'), directory, goesOn: true }),
      ).rejects.toMatchObject({ message: expect.stringContaining('Read-only file system') });
      expect(existsSync('/usr/share/continuity-test')).toBe(false);
    });

    it('writes nothing to this host by a link in a container', async () => {
      const root = await place.makeStaging();
      const outside = join(root, '../outside');
      for (const folder of [outside, join(root, 'app/staged'), join(root, 'tmp')])
        mkdirSync(folder, { recursive: true });
      const container = await startRootedProcess(root);
      try {
        const directory = `${container.top}/app/staged`;
        await extractEntries({ entries: entriesOf('plain'), directory });
        expect(readFileSync(join(root, 'app/staged/plain'), 'utf8')).toBe('content of plain');
        for (const target of [outside, '../../../outside', `/proc/1/root${outside}`]) {
          symlinkSync(target, join(root, `app/staged/${target.length}`));
          const entries = entriesOf(`${target.length}/file`);
          await extractEntries({ entries, directory, goesOn: true }).catch(() => undefined);
          expect(readdirSync(outside)).toEqual([]);
        }
      } finally {
        await container.end();
      }
    });

    it('links and dates no file by a link, however long its name', async () => {
      const directory = await place.makeStaging();
      const outside = join(directory, '../outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'secret'), 'secret');
      symlinkSync(outside, join(directory, 'x'));
      const header = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: 0, type: 'hardlink' as const };
      const long = `${'d'.repeat(200)}/`.repeat(18);
      async function* entries(): AsyncGenerator<SafeEntry> {
        const body = (async function* (): AsyncGenerator<Buffer> {})();
        yield { header: { ...header, name: Buffer.from(`${long}leak`), linkName: Buffer.from('x/secret') }, body };
      }
      await expect(extractEntries({ entries: entries(), directory, goesOn: true })).rejects.toMatchObject({
        message: expect.stringContaining('somebody else writes there'),
      });
    });
  },
);
