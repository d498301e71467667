import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  all,
  answering,
  app,
  asked,
  check,
  compose,
  folder,
  makeApplication,
  read,
  removeApplication,
  runInit,
  statuses,
  write,
} from '../fixtures/application.ts';

beforeEach(makeApplication);
afterEach(removeApplication);

const backup = '.github/workflows/backup.yml';
const script = 'package.json (script prod:backup)';
const ofTeam = '{ "name": "app", "scripts": { "prod:backup": "./backup.sh" } }\n';

describe("a team's own backup.yml", () => {
  const warning = expect.stringContaining(`${backup} was not written by continuity: continuity backs up nothing`);

  it('stays with --yes, and every check warns of what does not happen then', async () => {
    write(`app/${backup}`, 'name: ours\n');
    expect((await runInit()).isIncomplete).toBe(true);
    expect(read(backup)).toBe('name: ours\n');
    expect(await check()).toMatchObject({
      findings: [],
      absent: ['backup.yml'],
      warnings: expect.arrayContaining([warning]),
    });
  });

  it('is warned of no more once somebody was asked and declined, also after the next --yes', async () => {
    write(`app/${backup}`, 'name: ours\n');
    await runInit(answering({ [backup]: 'no' }));
    expect(await check()).toMatchObject({ findings: [], absent: [] });
    expect((await runInit()).isIncomplete).toBe(true);
    expect(await check()).toMatchObject({ findings: [], absent: [] });
    // The answer was about the team's workflow, not about none at all.
    rmSync(join(app, backup));
    expect((await check()).warnings).toContainEqual(expect.stringContaining(`${backup} is missing`));
    expect(statuses(await runInit())).toMatchObject({ [backup]: 'written' });
    expect(read('tools/continuity/installed.json')).not.toContain('declined');
    expect(await check()).toMatchObject({ findings: [], absent: [] });
  });

  it('that calls the toolkit itself is as good as ours, and a comment that names it is not', async () => {
    const uses = 'uses: educ-ai/continuity/.github/workflows/backup.yml@0000 # v1.0.0\n';
    write(`app/${backup}`, `jobs:\n  backup:\n    ${uses}`);
    await runInit();
    expect(await check()).toMatchObject({ findings: [], absent: [] });
    write(`app/${backup}`, `jobs:\n  backup:\n    # ${uses}`);
    expect(await check()).toMatchObject({ findings: [], absent: ['backup.yml'] });
  });

  it('is told of for each of the five', async () => {
    const names = ['backup', 'verify', 'restore', 'watch', 'pull-request'].map((name) => `${name}.yml`);
    for (const name of names) write(`app/.github/workflows/${name}`, 'name: ours\n');
    await runInit();
    const { absent, warnings } = await check();
    expect(absent).toEqual(names);
    for (const name of names) {
      expect(warnings).toContainEqual(
        expect.stringMatching(new RegExp(`workflows/${name} was not written by continuity: .{20}`)),
      );
    }
  });
});

describe("a team's own npm script prod:backup", () => {
  it('stays with --yes as a workflow does, while the others are added', async () => {
    write('app/package.json', ofTeam);
    const result = await runInit();
    expect(result.isIncomplete).toBe(true);
    expect(statuses(result)).toEqual({ ...all('written'), [script]: 'declined' });
    expect(result.warnings).toContainEqual(
      expect.stringContaining(`${script} was not written by continuity and stays`),
    );
    expect(JSON.parse(read('package.json'))).toMatchObject({
      scripts: { 'prod:backup': './backup.sh', 'prod:restore': 'node tools/continuity/continuity/index.js restore' },
    });
    expect(await check()).toMatchObject({
      findings: [],
      absent: ['prod:backup'],
      warnings: expect.arrayContaining([expect.stringContaining("the script prod:backup is the team's own")]),
    });
    expect((await runInit()).isIncomplete).toBe(true);
  });

  it('is asked about on its own, even after "all"; a no is recorded, a yes replaces it and nothing else', async () => {
    write('app/package.json', ofTeam);
    await runInit(answering({ 'continuity.yml': 'all', [script]: 'no' }));
    expect(asked).toEqual(['continuity.yml', script]);
    expect(read('package.json')).toContain('"prod:backup": "./backup.sh"');
    expect(await check()).toMatchObject({ findings: [], absent: [] });
    const before = read('package.json');
    expect(statuses(await runInit(answering({})))).toEqual({
      ...all('unchanged'),
      [script]: 'written',
      'tools/continuity/installed.json': 'written',
    });
    expect(read('package.json')).toBe(
      before.replace('./backup.sh', 'node tools/continuity/continuity/index.js backup'),
    );
    expect(await check()).toMatchObject({ findings: [], absent: [] });
  });
});

describe('a volume that no service mounts', () => {
  const declared = compose.replace('pg: }', 'pg: , unused-old: }');
  const line = 'volume unused-old: no service mounts it\n';

  it('has its line, and is a gap again once a service mounts it', async () => {
    write('app/compose.yaml', declared);
    await runInit();
    expect(read('continuity.yml')).toContain(line);
    expect(await check()).toMatchObject({ findings: [] });
    write('app/compose.yaml', declared.replace('app-cache:/cache', 'app-cache:/cache, unused-old:/old'));
    expect((await check()).findings).toEqual([expect.stringContaining('volume unused-old (app)')]);
    await runInit();
    expect(read('continuity.yml')).toContain('  unused-old: { volume: unused-old }\n');
    expect(await check()).toMatchObject({ findings: [], open: [] });
  });

  it('has it also where docker leaves it out of what it prints', async () => {
    write('app/compose.yaml', declared);
    const printed = JSON.stringify({ name: 'hub', services: { app: { volumes: [] } } });
    write('bin/docker', `#!/bin/sh\ncase "$*" in compose*) echo '${printed}' ;; *) exit 64 ;; esac\n`);
    chmodSync(join(folder, 'bin/docker'), 0o755);
    expect((await runInit()).coverage.readBy).toBe('docker');
    expect(read('continuity.yml')).toContain(line);
  });
});
