import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveSecret } from '../../../src/config/secrets.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a secret', () => {
  it('comes from the environment that was passed in, byte for byte', async () => {
    const environment = { APP_URL: ' postgres://a:b%25@h/\n' };
    await expect(resolveSecret({ from: 'environment', variable: 'APP_URL' }, environment)).resolves.toBe(
      environment.APP_URL,
    );
  });

  it('comes from a file', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'line 1\nline 2\n', { mode: 0o600 });
    await expect(resolveSecret({ from: 'file', file }, {})).resolves.toBe('line 1\nline 2\n');
  });

  it('is not empty', async () => {
    const file = join(folder, 'empty');
    await writeFile(file, '\n', { mode: 0o600 });
    await expect(resolveSecret({ from: 'file', file }, {})).rejects.toThrow(/empty is empty/);
  });

  it.each([
    [{ from: 'environment', variable: 'MISSING' }, /MISSING is not set/],
    [{ from: 'environment', variable: 'EMPTY' }, /EMPTY is empty/],
    [{ from: 'file', file: '/nowhere/key' }, /\/nowhere\/key \(ENOENT\)/],
    [{ from: 'file', file: '/dev/null' }, /\/dev\/null has mode 0666: others may read it/],
  ] as const)('that is missing is refused by the name of its place: %j', async (reference, message) => {
    await expect(resolveSecret(reference, { EMPTY: '' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(message),
    });
  });
});
