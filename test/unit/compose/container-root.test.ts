import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { walkSources } from '../../../src/operations/backup/walk-sources.ts';
import { confirmRunning, rootOfContainer } from '../../../src/sources/compose/container-root.ts';
import { startRootedProcess, type RootedProcess } from '../../fixtures/rooted-process.ts';

const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;
const id = '5e1f'.repeat(16);
const label = 'service legacy';

describeAsRoot("the root of a container's first program", () => {
  let directory: string;
  let rooted: RootedProcess;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'continuity-container-root-'));
    // As that of a container, what is mounted there tells its number.
    mkdirSync(join(directory, id, 'srv/folder'), { recursive: true });
    writeFileSync(join(directory, id, 'srv/last'), 'content');
    rooted = await startRootedProcess(join(directory, id));
  });
  afterEach(async () => {
    await rooted.end();
    rmSync(directory, { recursive: true });
  });

  it('is what it is reached by, as long as it runs', async () => {
    const container = { id, label, pid: rooted.pid };
    expect(await rootOfContainer(container)).toBe(rooted.top);
    await confirmRunning(container);
    await rooted.end();
    await expect(confirmRunning(container)).rejects.toMatchObject({ kind: 'source' });
  });

  it('is not taken from another program that has the number here, as with the engine of another machine', async () => {
    const other = 'ab12'.repeat(16);
    // Of another container, of this host, of nobody.
    for (const container of [
      { id: other, pid: rooted.pid },
      { id, pid: process.pid },
      { id, pid: 2 ** 30 },
    ]) {
      await expect(rootOfContainer({ ...container, label })).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining('service legacy runs on another machine') as unknown,
        next: expect.stringContaining('DOCKER_HOST') as unknown,
      });
    }
  });

  it.each([false, true])('fails a walk at whose end the container has ended (%s), and no other', async (ends) => {
    const container = { id, label, pid: rooted.pid };
    const source = { name: 'legacy', path: `${rooted.top}/srv`, exclude: [], allowUnreadable: [] };
    const located = { ...source, usedBy: [], container: id, confirm: () => confirmRunning(container) };
    const seen: string[] = [];
    const walk = async () => {
      for await (const { name } of walkSources([located], new AbortController().signal).entries) {
        seen.push(name.toString());
        if (ends && name.toString() === 'legacy/last') await rooted.end();
      }
    };
    if (ends)
      await expect(walk()).rejects.toMatchObject({
        kind: 'source',
        message: expect.stringContaining('while its files were read') as unknown,
      });
    else await walk();
    expect(seen).toEqual(['legacy/', 'legacy/folder/', 'legacy/last']);
  });
});
