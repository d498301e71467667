import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ComposeProject } from '../../../src/sources/compose/project.ts';
import { locateVolume } from '../../../src/sources/compose/volume.ts';

let place: string;
let folder: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'continuity-volume-'));
  folder = join(place, 'media', '_data');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** A project whose engine keeps the volume `media` there, and says with this command when it was changed. */
function projectWith(mountpoint: string, changed: string): ComposeProject {
  const script = join(place, 'docker');
  writeFileSync(
    script,
    `#!/bin/sh
case "$*" in
*config*) echo '{"name":"p","services":{},"volumes":{"media":{"name":"media"}}}' ;;
*) printf '[{"Driver":"local","Mountpoint":"${mountpoint}","CreatedAt":"%s","Options":null}]' "$(${changed})" ;;
esac
`,
  );
  chmodSync(script, 0o755);
  const environment = { PATH: `${place}:${process.env['PATH']}` };
  return { directory: place, files: [join(place, 'docker-compose.yml')], pauses: [], environment };
}

it.each([
  ['the folder with the files, as Engine 20.10 tells', '_data'],
  ['the folder around it, as newer ones tell', '.'],
])('a volume is here where this host says the same of %s', async (_name, below) => {
  // The engine tells whole seconds: files come into the volume in a later one than that of its making.
  await sleep(1100);
  writeFileSync(join(folder, 'a.png'), '');
  const changed = `date -u +%FT%TZ -d "@$(stat -c %Z '${join(place, 'media', below)}')"`;
  await expect(locateVolume(projectWith(folder, changed), 'media')).resolves.toBe(folder);
});

it.each([
  ['at whose place here lies another one', () => folder],
  ['at whose place here is nothing', () => '/nowhere/media/_data'],
])("another machine's volume, %s, is refused", async (_name, locate) => {
  const changed = 'echo 2020-02-02T02:02:02Z';
  await expect(locateVolume(projectWith(locate(), changed), 'media')).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining(`its folder, ${locate()}, is not to be found here`),
    next: expect.stringContaining('DOCKER_HOST'),
  });
});
