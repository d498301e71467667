import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { readEnvFile } from '../../../src/sources/compose/env-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'continuity-env-file-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('is read line by line: a variable without a value takes nothing of the next', () => {
  const path = join(directory, '.env');
  writeFileSync(path, 'APP_IMAGE=\nCOMPOSE_FILE=a.yml:b.yml # both\n\n export DATA_DIR = "/x y"\nLAST=\'#\'\n');
  expect(readEnvFile(path)).toEqual({
    APP_IMAGE: '',
    COMPOSE_FILE: 'a.yml:b.yml',
    DATA_DIR: '/x y',
    LAST: '#',
  });
  expect(readEnvFile(join(directory, 'nothing'))).toEqual({});
});
