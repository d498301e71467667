import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkAction } from '../../fixtures/workflow-rules/action-rules.ts';

const folder = join(import.meta.dirname, '../../../actions');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'action.yml')));

describe('our actions', () => {
  it('are these', () => {
    expect(names.sort()).toEqual(['backup', 'deploy-dev', 'restore', 'verify', 'watch']);
  });

  it.each(names)('%s says of itself exactly what its code does', (name) => {
    const sources = readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, name, file), 'utf8'));
    expect(checkAction(readFileSync(join(folder, name, 'action.yml'), 'utf8'), sources)).toEqual([]);
  });
});

const action = `name: Sample
description: Does something.
author: Somebody
branding:
  icon: archive
  color: blue
inputs:
  level:
    description: How deep.
    required: false
outputs:
  archive:
    description: Full name.
  result-file:
    description: File with the result.
runs:
  using: node24
  main: dist/index.js
`;
const source = `const level = inputs.choice('level', ['a']); return { outputs: { archive: name }, summary: '' };`;

describe('the rules for actions', () => {
  it('have nothing against a good one', () => {
    expect(checkAction(action, [source])).toEqual([]);
  });

  it.each<[string, string, string | RegExp]>([
    ['Unexpected value', 'description: Does something.', 'descriptions: Does something.'],
    ['does not run on node24', 'node24', 'node20'],
    ['does not run its bundle, dist/index.js', 'dist/index.js', 'index.js'],
    ['author is missing', 'author: Somebody\n', ''],
    ['color is missing', '  color: blue\n', ''],
    ['level has no description', '    description: How deep.\n', ''],
    ['archive has no description', '    description: Full name.', "    description: ''"],
    ['input level does not say whether it is required', '    required: false\n', ''],
    ['input level is required, and has a default', 'required: false', 'required: true\n    default: full'],
  ])('find: %s', (finding, from, to) => {
    expect(action).toContain(from);
    const findings = checkAction(action.replace(from, to as string), [source]);
    expect(findings.join('\n')).toContain(finding);
  });

  it.each([
    ['input level: the code never reads it', 'const level = 1; return { outputs: { archive: name } };'],
    ['input deep: the code reads it, action.yml does not have it', `${source} inputs.flag('deep');`],
    ['output archive: the code never sets it', "inputs.text('level');"],
    [
      'output size-bytes: the code sets it, action.yml does not have it',
      `${source} f({ outputs: { 'size-bytes': 1 } });`,
    ],
  ])('find: %s', (finding, changed) => {
    expect(checkAction(action, [changed])).toEqual([finding]);
  });
});
