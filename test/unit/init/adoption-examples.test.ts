import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkWorkflow } from '../../fixtures/workflow-rules.ts';
import { readWorkflow, type Job } from '../../fixtures/workflow-rules/workflow.ts';

const root = new URL('../../../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const toolkit = 'educ-ai/continuity';

/** The callers that docs/adoption.md shows, by file name, with a real repository, commit and version in them. */
const examples = new Map(
  [
    ...readFileSync(new URL('docs/adoption.md', root), 'utf8').matchAll(
      /^```yaml\n# \.github\/workflows\/(\S+)\n(.*?)^```/gms,
    ),
  ].map(([, name, text]) => [
    name!,
    text!.replaceAll('OWNER/REPO', toolkit).replaceAll('<sha>', 'a'.repeat(40)).replaceAll('vX.Y.Z', 'v1.0.0'),
  ]),
);

const called = (name: string) => readWorkflow(name, readFileSync(new URL(name, folder), 'utf8'));
const callers = [...examples].map(([name, text]) => ({ name, text }));

describe('the callers of docs/adoption.md', () => {
  it('are these', () => {
    expect([...examples.keys()]).toEqual(['backup.yml', 'verify.yml', 'restore.yml', 'watch.yml']);
  });

  it.each(callers)('$name keeps every rule, and can be started by hand', async ({ name, text }) => {
    expect(await checkWorkflow(name, text, { toolkit })).toEqual([]);
    expect(readWorkflow(name, text).on).toHaveProperty('workflow_dispatch');
  });

  it.each(callers)('$name hands over what the workflow takes, and grants what its jobs need', ({ name, text }) => {
    const [job] = Object.values(readWorkflow(name, text).jobs) as [Job];
    expect(job).toMatchObject({ uses: `${toolkit}/.github/workflows/${name}@${'a'.repeat(40)}`, secrets: 'inherit' });
    const { on, jobs } = called(name);
    const inputs = (on['workflow_call']?.inputs ?? {}) as Record<string, { required?: boolean }>;
    const given = Object.keys(job.with ?? {});
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
    const needed = Object.keys(inputs).filter((input) => inputs[input]?.required === true);
    expect(given).toEqual(expect.arrayContaining(needed));
    // A called job gets no more than its caller has; GitHub refuses the run otherwise.
    const wanted = Object.values(jobs).map(({ permissions }) => permissions as Record<string, string>);
    expect(job.permissions).toEqual(Object.assign({}, ...wanted));
  });

  it.each(callers)('$name runs when ours does', ({ name, text }) => {
    const { on } = readWorkflow(name, text);
    expect([on['schedule'], on['push']]).toEqual([called(name).on['schedule'], called(name).on['push']]);
  });

  it('restore.yml asks for what ours asks for, and passes all of it on', () => {
    const { on, jobs } = readWorkflow('restore.yml', examples.get('restore.yml')!);
    const asked = on['workflow_dispatch']?.inputs as Record<string, { type: string; default?: unknown }>;
    const ours = called('restore.yml').on['workflow_dispatch']?.inputs as typeof asked;
    const shapeOf = (inputs: typeof asked) =>
      Object.entries(inputs).map(([name, each]) => [name, each.type, each.default]);
    expect(shapeOf(asked)).toEqual(shapeOf(ours));
    expect(jobs['restore']?.with).toEqual(
      Object.fromEntries(Object.keys(asked).map((name) => [name, `\${{ inputs.${name} }}`])),
    );
  });
});
