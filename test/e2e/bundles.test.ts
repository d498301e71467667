import { cpSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../src/system/run-command.ts';

const dist = new URL('../../scripts/dist/', import.meta.url).pathname;
const names = await readdir(dist);

/** Far from node_modules: what a bundle does not hold, it does not find. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundles-'));
  cpSync(dist, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

function run(name: string, ...args: string[]) {
  return runCommand(process.execPath, [join(folder, name, 'index.js'), ...args], { cwd: folder, timeoutMs: 30_000 });
}

describe('a committed bundle', () => {
  it('is there for each entry', () => {
    expect(names).toEqual(expect.arrayContaining(['continuity', 'vault']));
  });

  it.each(names)('%s is one file', async (name) => {
    expect(await readdir(join(folder, name))).toEqual(['index.js', 'package.json']);
  });

  it('continuity runs with Node alone', async () => {
    await expect(run('continuity', '--help')).resolves.toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage: continuity'),
    });
  });

  it('continuity refuses what it does not know, by exit code 2', async () => {
    await expect(run('continuity', 'no-such-command')).resolves.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: .*\nnext: /),
    });
  });

  it('vault runs with Node alone, and says how it is called', async () => {
    const { code, stdout, stderr } = await run('vault', 'no-such-word');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('expected: vault serve --role');
  });
});
