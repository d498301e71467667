import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OpenFolder } from '../../../src/system/open-folder.ts';
import { resolveFolder } from '../../../src/system/resolve-folder.ts';

let top: string;
/** The same folder as a container's is reached: by the root of a process. */
let inside: string;
beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-folder-')));
  inside = `/proc/${process.pid}/root${top}`;
  mkdirSync(join(top, 'real/uploads'), { recursive: true });
  symlinkSync('/etc', join(top, 'out'));
  symlinkSync('real', join(top, 'link'));
});
afterAll(() => {
  rmSync(top, { recursive: true });
});

describe('a folder of the host', () => {
  it('has its real path, whatever links lead there', async () => {
    expect(await resolveFolder(join(top, 'link/uploads'))).toBe(join(top, 'real/uploads'));
  });
});

describe('a folder inside a container', () => {
  it('keeps its path through the root of the process, which realpath would take away', async () => {
    expect(await resolveFolder(`${inside}/real/uploads`)).toBe(`${inside}/real/uploads`);
    const folder = await OpenFolder.open(Buffer.from(`${inside}/real`));
    expect((await folder?.names())?.map(String)).toEqual(['uploads']);
    await folder?.close();
  });

  it.each(['out', 'out/ssh', 'link/uploads', 'missing'])('is not found by %s: no link is followed', async (name) => {
    await expect(resolveFolder(`${inside}/${name}`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await OpenFolder.open(Buffer.from(`${inside}/${name}`))).toBeUndefined();
  });
});
