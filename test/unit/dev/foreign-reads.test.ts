import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listForeignReads } from '../../../src/operations/dev/check-reads.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reads-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const look = () => listForeignReads([join(folder, 'dev.yml')], folder);

describe('what a compose file has read', () => {
  it('may lie in the project, also through another file', async () => {
    mkdirSync(join(folder, 'more'));
    write(
      'dev.yml',
      'include: [more/a.yml]\nservices: { a: { env_file: [x.env, { path: y.env, required: false }] } }\n',
    );
    write('more/a.yml', 'services: { b: { extends: { file: ../base.yml, service: c }, label_file: labels } }\n');
    write('base.yml', 'services: { c: { image: x, extends: { service: d } }, d: { image: x } }\n');
    expect(await look()).toEqual([]);
  });

  it.each([
    ['include: [../other.yml]', 'include in dev.yml: ../other.yml is outside'],
    ['include: [{ path: [a.yml, /etc/x.yml] }]', '/etc/x.yml is outside'],
    ['include: [{ path: a.yml, env_file: /etc/environment }]', 'include.env_file'],
    ['include: [{ path: a.yml, project_directory: / }]', 'include.project_directory'],
    ['include: [https://github.com/x/y.git]', 'is no plain path'],
    ['include: [oci://registry/x]', 'is no plain path'],
    ['include: [git@github.com:x/y]', 'is no plain path'],
    ['services: { a: { env_file: /root/.env } }', 'services.a.env_file in dev.yml: /root/.env is outside'],
    ['services: { a: { env_file: [{ path: ../.env }] } }', '../.env is outside'],
    ['services: { a: { env_file: "${HOME}/.env" } }', 'is no plain path'],
    ['services: { a: { extends: { file: /srv/skills-hub/docker-compose.yml, service: app } } }', 'services.a.extends'],
    ['services: { a: { label_file: /etc/hostname } }', 'services.a.label_file'],
  ])('is refused elsewhere: %s', async (text, finding) => {
    write('a.yml', 'services: {}\n');
    write('dev.yml', `${text}\n`);
    expect((await look()).join('\n')).toContain(finding);
  });

  it('is found behind links, and in files that are included', async () => {
    symlinkSync('/etc', join(folder, 'link'));
    write('dev.yml', 'include: [a.yml]\nservices: { a: { env_file: link/environment } }\n');
    write('a.yml', 'services: { b: { env_file: /root/.env } }\n');
    expect(await look()).toEqual([
      expect.stringContaining('link/environment is outside'),
      expect.stringContaining('services.b.env_file in a.yml'),
    ]);
  });

  it('ends where files include each other, and refuses what is no YAML', async () => {
    write('dev.yml', 'include: [dev.yml]\n');
    expect(await look()).toEqual([]);
    write('dev.yml', 'a: [\n');
    await expect(look()).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('dev.yml cannot be read'),
    });
  });
});
