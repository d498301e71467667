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
    ['services: { a: { env_file: ~/../etc/environment } }', '~/../etc/environment is no plain path'],
    ['services: { a: { env_file: .git/config } }', ".git/config is git's own"],
    ['services: { a: { extends: { file: nothing.yml, service: a } } }', 'nothing.yml is no file'],
    ['include: [{ path: a.yml, project_directory: . }]', 'name the files by their paths from here instead'],
  ])('is refused elsewhere: %s', async (text, finding) => {
    write('a.yml', 'services: {}\n');
    write('dev.yml', `${text}\n`);
    expect((await look()).join('\n')).toContain(finding);
  });

  it("is refused where it is production's, in the project's own folder", async () => {
    write('dev.yml', 'services: { a: { env_file: production.env }, b: { env_file: data/x.env } }\n');
    const kept = ['production.env', 'data'].map((name) => join(folder, name));
    expect(await listForeignReads([join(folder, 'dev.yml')], folder, kept)).toEqual([
      expect.stringContaining("production.env is production's"),
      expect.stringContaining("data/x.env is production's"),
    ]);
    expect(await look()).toEqual([]);
  });

  it.each([
    'x-a: &a { env_file: ../out.env }\nservices: { a: { <<: *a, image: x } }',
    'x-a: &a { env_file: ../out.env }\nservices: { a: { <<: *a, env_file: in.env } }',
    'x-a: &a { env_file: in.env }\nx-b: &b { env_file: ../out.env }\nservices: { a: { <<: [*a, *b] } }',
    'x-a: &a { a: { env_file: ../out.env } }\nservices: { <<: *a }',
    '<<: { include: [../out.env] }',
    'include: [{ <<: { path: ../out.env } }]',
    'services: { a: { extends: { <<: { file: ../out.env }, service: b } } }',
    'services: { a: { env_file: [{ <<: { path: ../out.env } }] } }',
  ])('is found in what is merged, whichever counts: %s', async (text) => {
    write('dev.yml', `${text}\n`);
    expect((await look()).join('\n')).toContain('../out.env is outside');
  });

  it('counts from where Compose counts: the folder of the first file that is included', async () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    write('a/b/inner.yml', 'services: { x: { env_file: ../../in.env } }\n');
    write('outer.yml', 'services: {}\n');
    write('dev.yml', 'include: [a/b/inner.yml]\n');
    expect(await look()).toEqual([]);
    write('dev.yml', 'include: [a/b/inner.yml, { path: [outer.yml, a/b/inner.yml] }]\n');
    expect(await look()).toEqual([expect.stringContaining('../../in.env is outside')]);
  });

  it('includes the variables beside what is included', async () => {
    mkdirSync(join(folder, 'a'));
    write('a/a.yml', 'services: {}\n');
    write('dev.yml', 'include: [a/a.yml]\n');
    write('a/.env', 'A=b\n');
    expect(await look()).toEqual([]);
    rmSync(join(folder, 'a/.env'));
    symlinkSync('/etc/environment', join(folder, 'a/.env'));
    expect(await look()).toEqual([expect.stringContaining('a/.env is outside')]);
  });

  it('has no variables of its own in a file that is itself included: Compose looks where it was started', async () => {
    write('dev.yml', 'include: [{ path: a.yml, env_file: in.env }]\n');
    write('a.yml', 'include: [{ path: b.yml, env_file: in.env }]\n');
    write('b.yml', 'services: {}\n');
    expect(await look()).toEqual([expect.stringContaining('in.env: in a file that is itself included')]);
  });

  it('is no compose file behind a link, from whose folder Compose would count', async () => {
    mkdirSync(join(folder, 'a/b/c'), { recursive: true });
    symlinkSync('a/b/c', join(folder, 'link'));
    write('a/b/c/base.yml', 'services: { x: { env_file: ../../../in.env } }\n');
    write('dev.yml', 'services: { a: { extends: { file: link/base.yml, service: x } } }\n');
    expect(await look()).toEqual([expect.stringContaining('link/base.yml is reached through a link')]);
    const all = join(folder, 'all');
    symlinkSync(folder, all);
    write('dev.yml', 'services: { a: { extends: { file: a/b/c/base.yml, service: x } } }\n');
    expect(await listForeignReads([join(all, 'dev.yml')], all)).toEqual([]);
  });

  it.each<[string, string | Buffer, string]>([
    ['another encoding', Buffer.from('\uFEFFservices: {}\n', 'utf16le'), 'it is not UTF-8'],
    ['bytes of zero', 'services: {}\0\n', 'line 1 has the character U+0000'],
    ['a line end of Unicode', 'services: {} # \u2028include: [/x.yml]\n', 'U+2028'],
    ['a next line', 'services: {}\n# \u0085include: [/x.yml]\n', 'line 2 has the character U+0085'],
    ['a carriage return alone', 'services: {} # \rinclude: [/x.yml]\n', 'U+000D'],
    ['a mark of an encoding inside', 'services: {}\n\uFEFFinclude: [/x.yml]\n', 'U+FEFF'],
    ['values in another form', 'services: { a: { env_file: !!binary L3gK } }\n', 'the tag tag:yaml.org,2002:binary'],
    ['keys in another form', '!!binary aW5jbHVkZQ==: [/x.yml]\n', 'the tag tag:yaml.org,2002:binary'],
    [
      'tags under another name',
      '%TAG !x! tag:yaml.org,2002:\n---\na: !x!binary L3gK\n',
      'the tag tag:yaml.org,2002:binary',
    ],
    ['a version of YAML', '%YAML 1.1\n---\nservices: {}\n', 'take %YAML out'],
    ['more than one document', 'services: {}\n---\ninclude: [/x.yml]\n', 'multiple documents'],
  ])('is refused where Compose might read it otherwise: %s', async (_what, text, finding) => {
    writeFileSync(join(folder, 'dev.yml'), text);
    await expect(look()).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(finding) });
  });

  it.each(['\uFEFFservices: {}\r\n', 'services: { a: !reset { env_file: !override [in.env] } }\nx-é: "…\\t"\n'])(
    'is read as usual: %j',
    async (text) => {
      write('dev.yml', text);
      expect(await look()).toEqual([]);
    },
  );

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
