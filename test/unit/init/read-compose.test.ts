import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'continuity-compose-'));
  mkdirSync(join(directory, 'deploy'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Sources of all mounts, read without docker: no program is on the PATH. */
async function sourcesIn(file: string): Promise<string[]> {
  const mounts = ['./data:/a', '../shared:/b', '.:/c', '..:/d', '/srv/x:/e', 'volume:/f', '../../out:/g'];
  writeFileSync(join(directory, file), JSON.stringify({ services: { app: { volumes: mounts } } }));
  const { model, readBy } = await readCompose({ directory, files: [file], environment: { PATH: '' } });
  expect(readBy).toBe('yaml');
  return model.services.flatMap((service) => service.mounts.map(({ source }) => source));
}

describe('a compose file that is read without docker', () => {
  it('has its relative paths at the top of the repository, where it lies there', async () => {
    const expected = ['./data', '../shared', '.', '..', '/srv/x', 'volume', '../../out'];
    expect(await sourcesIn('compose.yml')).toEqual(expected);
  });

  it('has them in its own folder where it lies in one, as docker compose does', async () => {
    const expected = ['./deploy/data', './shared', './deploy', '.', '/srv/x', 'volume', '../out'];
    expect(await sourcesIn('deploy/compose.yml')).toEqual(expected);
  });
});
