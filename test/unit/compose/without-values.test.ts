import { expect, it } from '@jest/globals';
import { leaveOutValues } from '../../../src/sources/compose/without-values.ts';

const value = 'hunter2 seCRet"/x';

it.each([
  [
    `failed to read /p/.env: line 2: unexpected character "/" in variable name "${value}"\n`,
    'failed to read /p/.env: line 2: unexpected character',
  ],
  [
    `failed to read /p/.env: line 3: unterminated quoted value "${value}\n`,
    'failed to read /p/.env: line 3: unterminated quoted value',
  ],
  [`failed to read /p/.env: Invalid template: "${value}"`, 'failed to read /p/.env: Invalid template'],
  [
    `failed to read /p/.env: required variable B is missing a value: ${value}`,
    'failed to read /p/.env: required variable B is missing a value',
  ],
  // Of an env_file, which is not named.
  [`line 1: unexpected character "\\"" in variable name "${value}"`, 'line 1: unexpected character'],
  [
    `time="2026" level=warning msg="The \\"A\\" variable is not set."\nfailed to read /p/.env: Invalid template: "${value}"`,
    'time="2026" level=warning msg="The \\"A\\" variable is not set."\nfailed to read /p/.env: Invalid template',
  ],
  [
    `invalid interpolation format for services.a.environment.[].\nYou may need to escape any $ with another $.\nA=${value}\n`,
    'invalid interpolation format for services.a.environment.[].',
  ],
  [
    `decoding failed due to the following error(s):\n\nerror decoding 'services[a].mem_limit': invalid size: '${value}\n${value}'\n`,
    `decoding failed due to the following error(s):\n\nerror decoding 'services[a].mem_limit'`,
  ],
  [
    `1 error(s) decoding:\n\n* 'services[a].x' expected type 'int', got unconvertible type 'string', value: '${value}'`,
    "1 error(s) decoding:\n\n* 'services[a].x' expected type",
  ],
  [
    `error while interpolating services.a.init: failed to cast to expected type: invalid boolean: ${value}`,
    'error while interpolating services.a.init: failed to cast to expected type',
  ],
  [
    `yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str \`hunter2...\` into map[string]interface {}`,
    'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str',
  ],
  [`Invalid hostPort: ${value}`, 'Invalid hostPort'],
])('of %j what docker could not read is left out', (said, told) => {
  expect(leaveOutValues(said)).toBe(told);
});

it.each([
  'service "app" depends on undefined service "db": invalid compose project\n',
  'failed to read /p/.env: line 1: key cannot contain a space',
  'error while interpolating services.a.image: required variable APP_IMAGE is missing a value: set it in .env',
  '#0 building with "default" instance\n#5 SyntaxError: unexpected character "x"\n',
  'Error response from daemon: pull access denied for "a", repository does not exist',
  'yaml: line 3: did not find expected key',
  '',
])('%j stays as it is', (said) => {
  expect(leaveOutValues(said)).toBe(said);
});
