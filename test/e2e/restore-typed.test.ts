import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
let archive: string;
beforeAll(async () => {
  one = await createPlatform({ files: { file: 'archived' } });
  ({ archive } = await backup(one.platform, { trigger: 'nightly' }));
  writeFileSync(join(one.uploads, 'file'), 'live');
});
afterAll(() => one.stop());

/** Runs a restore at a terminal of its own (util-linux), at which somebody types. */
function restoreTyping(typed: string) {
  const program = join(import.meta.dirname, '../../scripts/dist/continuity/index.js');
  const words = [process.execPath, program, 'restore', 'latest', '--no-safety', '--config', one.configPath];
  const command = words.map((word) => `'${word}'`).join(' ');
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    input: `${typed}\n`,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, shown: stdout, file: readFileSync(join(one.uploads, 'file'), 'utf8') };
}

describe('a restore at a terminal (fault 122)', () => {
  it.each(['', 'y', 'yes', 'oui', 'latest', 'backup_full_2026-01-31.tar.gz'])(
    'changes nothing where %j is typed',
    (typed) => {
      const { shown, file } = restoreTyping(typed);
      expect(shown).toContain(`Type ${archive} to go on:`);
      expect(file).toBe('live');
    },
  );

  it('restores where the name of the archive is typed', () => {
    expect(restoreTyping(archive)).toMatchObject({ status: 0, file: 'archived' });
  });
});
