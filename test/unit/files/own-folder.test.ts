import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FilesSwap } from '../../../src/operations/restore/journal.ts';
import { confirmStaged } from '../../../src/operations/restore/stage-files.ts';
import { makeOwn } from '../../../src/sources/files/own-folder.ts';
import { OpenFolder } from '../../../src/system/open-folder.ts';

let root: string;
let swap: FilesSwap;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'continuity-own-'));
  const [staged, kept] = ['staged', 'kept'].map((name) => join(root, name)) as [string, string];
  for (const folder of [staged, kept]) mkdirSync(folder, { mode: 0o700 });
  const inodes = { staged: String(statSync(staged).ino), kept: String(statSync(kept).ino) };
  swap = { staged, kept, inodes } as FilesSwap;
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the folders that a restore made in a live one', () => {
  it('are confirmed before anything is put in place', async () => {
    await confirmStaged(swap);
  });

  it('are not taken for done where somebody renamed the one that was staged in', async () => {
    renameSync(swap.staged, join(root, 'x'));
    await expect(confirmStaged(swap)).rejects.toMatchObject({ message: `${swap.staged} is gone: somebody moved it` });
  });

  it('are told from others of their names: by their numbers, and by who may enter', async () => {
    renameSync(swap.staged, join(root, 'x'));
    mkdirSync(swap.staged, { mode: 0o700 });
    await expect(confirmStaged(swap)).rejects.toMatchObject({ kind: 'refused' });
    rmSync(swap.staged, { recursive: true });
    renameSync(join(root, 'x'), swap.staged);
    chmodSync(swap.staged, 0o755);
    await expect(confirmStaged(swap)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('are made by the restore alone', async () => {
    const folder = await OpenFolder.open(Buffer.from(root));
    try {
      await expect(makeOwn(folder as OpenFolder, Buffer.from(swap.kept))).rejects.toMatchObject({ kind: 'refused' });
    } finally {
      await folder?.close();
    }
  });
});
