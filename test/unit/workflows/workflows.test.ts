import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkActors } from '../../../actions/restore/consent.ts';
import { checkWorkflow } from '../../fixtures/workflow-rules.ts';
import { readWorkflow } from '../../fixtures/workflow-rules/workflow.ts';

const folder = join(import.meta.dirname, '../../../.github/workflows');
const names = readdirSync(folder);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const jobsOf = (name: string) => readWorkflow(name, read(name)).jobs;

/** Runs the script of a job's last step, as a runner does. */
function runLastStep(file: string, job: string, environment: Record<string, string>) {
  return runScript(jobsOf(file)[job]?.steps?.at(-1)?.run, environment);
}

function runScript(script: string | undefined, environment: Record<string, string>) {
  expect(script).toBeDefined();
  const { status, stdout } = spawnSync('bash', ['-e', '-c', script!], { env: environment, encoding: 'utf8' });
  return { status, stdout };
}

/** The inputs that say what of an archive is restored. */
const choice = ['select', 'path', 'no-remove', 'table', 'in-place', 'as'];

describe('our workflows', () => {
  it('are these', () => {
    expect(names.sort()).toEqual(
      ['backup', 'deploy-dev', 'pull-request', 'release', 'restore', 'verify', 'watch'].map((name) => `${name}.yml`),
    );
  });

  it.each(names)('%s breaks no rule', async (name) => {
    expect(await checkWorkflow(name, read(name))).toEqual([]);
  });

  it('have the job names that watch looks for', () => {
    const named = (file: string) => Object.values(jobsOf(file)).map(({ name }) => name);
    expect(named('backup.yml')).toEqual(['Back up', 'Verify']);
    expect(named('verify.yml')).toEqual(['Verify']);
  });

  it('back up at three in the morning, in Paris', () => {
    expect(readWorkflow('backup.yml', read('backup.yml')).on['schedule']).toEqual([
      { cron: '0 3 * * *', timezone: 'Europe/Paris' },
    ]);
  });

  it('verify the archive that was sealed, and no other', () => {
    const verify = jobsOf('backup.yml')['verify'];
    expect(verify?.needs).toBe('backup');
    expect(verify?.steps?.at(-1)?.with?.['archive']).toBe('${{ needs.backup.outputs.archive }}');
  });

  it('deploy what was pushed to develop, on the development runner, with no secret and one permission to write', () => {
    const { on } = readWorkflow('deploy-dev.yml', read('deploy-dev.yml'));
    expect(on).toEqual({ push: { branches: ['develop'] } });
    const { deploy } = jobsOf('deploy-dev.yml');
    expect(deploy).toMatchObject({
      if: "github.ref == 'refs/heads/develop'",
      'runs-on': ['self-hosted', 'skills-hub-dev'],
      environment: { name: 'development', deployment: false },
      permissions: { contents: 'read', deployments: 'write' },
    });
    expect(read('deploy-dev.yml').match(/secrets\.\w+/g)).toEqual(['secrets.TOOLKIT_TOKEN']);
  });

  it('let an approval wait without lock, runner or secret, and restore only after it', () => {
    const { plan, gate, restore } = jobsOf('restore.yml');
    expect(gate).toMatchObject({ 'runs-on': 'ubuntu-latest', permissions: {}, environment: 'production-restore' });
    expect(JSON.stringify(gate)).not.toContain('secrets.');
    expect(plan?.concurrency).toBeUndefined();
    expect(restore?.needs).toEqual(['plan', 'gate']);
    // The gate's reviewers would be asked once more, with the lock held.
    expect(restore?.environment).toEqual({ name: 'production-reader', deployment: false });
  });

  it('plan only, unless told otherwise, and take the list of actors from nobody who fills in a form', () => {
    const inputs = readWorkflow('restore.yml', read('restore.yml')).on['workflow_dispatch']?.inputs;
    expect(inputs?.['dry-run']).toMatchObject({ type: 'boolean', default: true });
    expect(Object.keys(inputs ?? {})).toEqual(['archive', ...choice, 'dry-run', 'confirm']);
  });

  it('plan what they restore: the same parts of the same archive', () => {
    const { plan, restore } = jobsOf('restore.yml');
    const [planned, restored] = [plan, restore].map((job) => job?.steps?.find(({ with: given }) => given?.['archive']));
    for (const name of choice) {
      expect(planned?.with?.[name]).toBe(`\${{ inputs.${name} }}`);
      expect(restored?.with?.[name]).toBe(planned?.with?.[name]);
    }
  });

  it('fail the one required check unless every other job of a pull request succeeded', () => {
    const jobs = jobsOf('pull-request.yml');
    const gate = jobs['all-checks'];
    expect(gate).toMatchObject({ name: 'All checks', if: 'always()' });
    expect(gate?.needs).toEqual(Object.keys(jobs).filter((id) => id !== 'all-checks'));
  });

  it.each(['success failure', 'skipped success', 'cancelled'])('fail that check on %s', (results) => {
    const environment = { RESULTS: results };
    expect(runLastStep('pull-request.yml', 'all-checks', environment)).toMatchObject({ status: 1 });
    expect(runLastStep('pull-request.yml', 'all-checks', { RESULTS: 'success success' })).toMatchObject({ status: 0 });
  });

  it.each(['', ' ', ' ,\n'])('let nobody restore where nobody is named: %j', (actors) => {
    const refusal = runLastStep('restore.yml', 'gate', { ALLOWED_ACTORS: actors });
    expect(refusal.status).toBe(1);
    expect(refusal.stdout).toContain('RESTORE_ACTORS');
    expect(runLastStep('restore.yml', 'gate', { ALLOWED_ACTORS: 'alice' }).status).toBe(0);
  });

  it('let nobody restore once more on an earlier approval', () => {
    const { gate, restore } = jobsOf('restore.yml');
    expect(gate?.outputs).toEqual({ attempt: '${{ github.run_attempt }}' });
    const [first] = restore?.steps ?? [];
    expect(first?.env).toEqual({ APPROVED_ATTEMPT: '${{ needs.gate.outputs.attempt }}' });
    const run = (environment: Record<string, string>) => runScript(first?.run, environment).status;
    expect(run({ APPROVED_ATTEMPT: '1', GITHUB_RUN_ATTEMPT: '1' })).toBe(0);
    expect(run({ APPROVED_ATTEMPT: '1', GITHUB_RUN_ATTEMPT: '2' })).toBe(1);
    expect(run({ APPROVED_ATTEMPT: '', GITHUB_RUN_ATTEMPT: '1' })).toBe(1);
  });

  it('let nobody restore where the variable is set in the environment of the approval alone', () => {
    const allowed = jobsOf('restore.yml')['restore']?.steps?.at(-1)?.with?.['allowed-actors'];
    const [, sentinel] = /\|\| '([^']+)' \}\}$/.exec(String(allowed)) ?? [];
    // No name that GitHub gives to a user, and a list with one name all the same.
    expect(sentinel).toMatch(/^\([a-z]+\)$/);
    expect(() => checkActors(['alice', 'alice'], [String(sentinel)])).toThrow('not among allowed-actors');
  });
});
