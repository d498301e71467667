import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/load.ts';
import { listProduction } from '../../../src/operations/dev/dev-project.ts';
import { openProject } from '../../../src/operations/open-project.ts';
import { composeArguments, leaveOutOtherProjects } from '../../../src/sources/compose/project.ts';
import { writeFiles } from '../../fixtures/platform.ts';

const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
const environment = leaveOutOtherProjects(process.env);
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-files-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const configWith = (compose: string) =>
  parseConfig(`compose: ${compose}\nvault: {path: /vault}\n`, join(root, 'continuity.yml'));
const open = (compose = '{}') => openProject({ config: configWith(compose), environment });

/** A compose file with one service, whose image `.env` fills in. */
const service = (name: string) => `services: { ${name}: { image: "${name}:\${TAG:-none}" } }\n`;
/** The names of all of these, each with a service of that name. */
const write = (names: readonly string[]) =>
  writeFiles(root, Object.fromEntries(names.map((name) => [name, service(name.replace(/\W/g, '-'))])));

function readServices(args: readonly string[]): Record<string, { image: string }> {
  const { stdout } = spawnSync('docker', [...args, 'config', '--format', 'json'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...environment, PWD: root },
  });
  return (JSON.parse(stdout) as { services: Record<string, { image: string }> }).services;
}

describe('the files of a compose project', () => {
  it.each([
    [['docker-compose.yml'], ''],
    [['docker-compose.yml', 'docker-compose.override.yml'], ''],
    // The base comes first in its order, the override in its own.
    [['compose.yml', 'compose.override.yaml'], ''],
    [['docker-compose.yml', 'compose.override.yaml', 'docker-compose.override.yml'], 'ignored=1'],
    [['docker-compose.yml', 'docker-compose.yaml', 'compose.yaml', 'compose.yml'], ''],
    [['docker-compose.yml', 'docker-compose.override.yml', 'other.yml'], 'COMPOSE_FILE="docker-compose.yml:other.yml"'],
    [['docker-compose.yml', 'other.yml'], 'COMPOSE_FILE=docker-compose.yml,other.yml\nCOMPOSE_PATH_SEPARATOR=,'],
    [['parts/base.yml', 'other.yml'], 'COMPOSE_FILE=parts/base.yml:other.yml'],
  ])('are those that bare docker compose takes: of %j with %j', (names, variables) => {
    write(names);
    writeFiles(root, { '.env': `${variables}\nTAG=told\n` });
    const { files, directory } = open();
    expect(directory).toBe(names[0]?.startsWith('parts/') ? join(root, 'parts') : root);
    expect(files.length).toBeGreaterThan(0);
    if (!hasCompose) return;
    const services = readServices(composeArguments(open()));
    expect(services).toEqual(readServices(['compose']));
    expect(Object.keys(services)).toHaveLength(files.length);
    expect(Object.values(services)[0]?.image).toMatch(/:told$/);
  });

  it('are those that are named, whatever lies beside them, and begin where the first lies', () => {
    write(['docker-compose.yml', 'docker-compose.override.yml', 'deploy/a.yml', 'b.yml']);
    expect(open('{file: docker-compose.yml}').files).toEqual([join(root, 'docker-compose.yml')]);
    expect(open('{file: [deploy/a.yml, b.yml]}')).toMatchObject({
      directory: join(root, 'deploy'),
      files: [join(root, 'deploy/a.yml'), join(root, 'b.yml')],
    });
  });

  it('are the usual one where there is none, so that docker says that it is missing', () => {
    expect(open()).toMatchObject({ directory: root, files: [join(root, 'docker-compose.yml')] });
  });

  it("that production is known by are not development's, where .env has docker compose take these", () => {
    write(['docker-compose.yml', 'docker-compose.dev.yml', 'docker-compose.override.yml']);
    const list = () => listProduction('/elsewhere', environment, configWith('{}')).map(({ files }) => files);
    const beside = ['/elsewhere/docker-compose.yml'];
    expect(list()).toEqual([[join(root, 'docker-compose.yml'), join(root, 'docker-compose.override.yml')], beside]);
    writeFiles(root, { '.env': 'COMPOSE_FILE=docker-compose.dev.yml\n' });
    expect(list()).toEqual([beside]);
  });
});
