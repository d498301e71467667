import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { deriveWorkflow } from '../../../src/operations/init/adoption/derive-workflow.ts';
import { writePullRequestWorkflow } from '../../../src/operations/init/adoption/pull-request-workflow.ts';
import { readRepository } from '../../../src/operations/init/adoption/toolkit.ts';
import { checkWorkflow } from '../../fixtures/workflow-rules.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const toolkit = { repository: 'educ-ai/continuity', commit, version: '1.2.3', warnings: [] };
const folder = new URL('../../../.github/workflows/', import.meta.url);
const source = (name: string) => readFileSync(new URL(name, folder), 'utf8');

function derive(name: string, urlEnvs: string[] = ['MOODLE_DATABASE_URL']): string {
  return deriveWorkflow({ name, source: source(name), toolkit, urlEnvs });
}

describe("an application's workflows", () => {
  it.each(['backup.yml', 'verify.yml', 'restore.yml', 'watch.yml'])('%s keeps every rule', async (name) => {
    expect(await checkWorkflow(name, derive(name), { toolkit: toolkit.repository })).toEqual([]);
  });

  it.each(['backup.yml', 'verify.yml', 'restore.yml', 'watch.yml'])(
    '%s names the toolkit by its commit and is called by nobody',
    (name) => {
      const text = derive(name);
      expect(text).toContain(`uses: educ-ai/continuity/actions/${name.replace('.yml', '')}@${commit} # v1.2.3\n`);
      for (const word of [
        '.continuity',
        'workflow_call',
        'workflow_sha',
        'TOOLKIT_TOKEN',
        'inputs.config',
        'Other repositories',
      ]) {
        expect(text).not.toContain(word);
      }
      const { jobs } = parse(text) as { jobs: object };
      expect(Object.keys(jobs)).toEqual(Object.keys((parse(source(name)) as { jobs: object }).jobs));
    },
  );

  it('hands over the connection strings of the application, and none of the toolkit’s examples', () => {
    for (const name of ['backup.yml', 'restore.yml']) {
      const text = derive(name, ['MOODLE_DATABASE_URL', 'WIKI']);
      expect(text).toContain('MOODLE_DATABASE_URL: ${{ secrets.MOODLE_DATABASE_URL }}\n');
      expect(text).toContain('WIKI: ${{ secrets.WIKI }}\n');
      expect(text).not.toContain('KEYCLOAK');
    }
    expect(derive('backup.yml', [])).not.toContain('env:');
  });

  it('keep comments and pins of the toolkit', () => {
    expect(derive('backup.yml')).toContain('# Shared with restore. A run that waits is kept');
    expect(derive('backup.yml')).toMatch(/uses: actions\/checkout@[0-9a-f]{40} # v\d/);
    expect(derive('backup.yml')).toContain('runs-on: [self-hosted, skills-hub-production]');
  });

  it('leave watch no right that it does not need', () => {
    expect((parse(derive('watch.yml')) as { jobs: { watch: object } }).jobs.watch).toMatchObject({
      permissions: { actions: 'read', issues: 'write' },
    });
    expect(derive('watch.yml')).not.toContain('contents: read');
  });

  it('are refused where the source has another form', () => {
    expect(() => deriveWorkflow({ name: 'x.yml', source: 'on: push\njobs: {}\n', toolkit, urlEnvs: [] })).toThrow(
      /x\.yml cannot be turned/,
    );
    expect(() => deriveWorkflow({ name: 'x.yml', source: '{', toolkit, urlEnvs: [] })).toThrow(/it is no YAML/);
  });

  it('pull-request.yml keeps every rule, and runs what the application itself holds', async () => {
    const text = writePullRequestWorkflow(source('backup.yml'), toolkit);
    expect(await checkWorkflow('pull-request.yml', text, { toolkit: toolkit.repository })).toEqual([]);
    expect(text).toContain('run: node tools/continuity/continuity/index.js init --check');
    expect(text).not.toContain('npm');
  });
});

describe('the address of the toolkit', () => {
  it.each([
    ['https://github.com/educ-ai/continuity.git', 'educ-ai/continuity'],
    ['https://token@github.com/educ-ai/continuity', 'educ-ai/continuity'],
    ['git@github.com:educ-ai/continuity.git', 'educ-ai/continuity'],
    ['ssh://git@github.example.org:22/educ-ai/continuity.js.git/', 'educ-ai/continuity.js'],
    ['/srv/git/continuity.git', undefined],
    ['../continuity', undefined],
    ['https://github.com/a/b/c', undefined],
    ['https://github.com/educ-ai/..', undefined],
    ['https://github.com/-x/y\n', undefined],
  ])('%p', (address, expected) => {
    expect(readRepository(address)).toBe(expected);
  });
});
