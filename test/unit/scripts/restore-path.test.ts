import { describe, expect, it } from '@jest/globals';
import { Inputs } from '../../../actions/frame/inputs.ts';
import { readRequest } from '../../../actions/restore/request.ts';
import type { CommandContext } from '../../../scripts/commands/command.ts';
import { lsCommand } from '../../../scripts/commands/ls.ts';
import { restoreCommand } from '../../../scripts/commands/restore.ts';
import { Failure } from '../../../src/logging/failure.ts';
import { silent } from '../../../src/logging/logger.ts';

const hostile = [
  '/',
  '/etc/passwd',
  '../x',
  'uploads/../../x',
  'uploads/./x',
  'uploads//x',
  'uploads/*/../../x',
  '/uploads/*',
  `uploads/${'x'.repeat(300)}`,
  `uploads${'/x'.repeat(3000)}`,
];
/** Nothing is looked at before the configuration is. */
const looked = () => Promise.reject(new Error('looked'));
const context: CommandContext = {
  logger: silent,
  json: true,
  isInteractive: false,
  environment: {},
  signal: new AbortController().signal,
  loadConfig: looked,
  loadConfigIfAny: looked,
  loadHostConfigIfAny: looked,
};
const inputsOf = (path: string) =>
  readRequest({
    inputs: new Inputs({ INPUT_ARCHIVE: 'latest', INPUT_PATH: path }, () => undefined),
    environment: {},
  } as Parameters<typeof readRequest>[0]);

function expectRefusal(error: unknown): void {
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(/^[^\n]+$/) });
}

describe.each(hostile)('the path %j is refused in one line before anything is looked at', (path) => {
  it('by restore, live and beside', async () => {
    for (const options of [{ path: [path] }, { path: ['uploads/fine', path], to: 'beside' }])
      await restoreCommand
        .run(context, ['latest'], options)
        .then(() => expect('a refusal').toBe('none'), expectRefusal);
  });

  it('by ls', async () => {
    await lsCommand.run(context, ['latest', path], {}).then(() => expect('a refusal').toBe('none'), expectRefusal);
  });

  it('by the action', () => {
    expect(() => inputsOf(`uploads/fine\n${path}`)).toThrow(Failure);
    try {
      inputsOf(path);
    } catch (error) {
      expectRefusal(error);
    }
  });
});

it('takes any other, commas and all', async () => {
  await expect(restoreCommand.run(context, ['latest'], { path: ['uploads/a, b'] })).rejects.toThrow('looked');
  expect(inputsOf('uploads/a, b\nuploads/*/c').paths?.texts).toEqual(['uploads/a, b', 'uploads/*/c']);
});
