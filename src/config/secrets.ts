import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../logging/failure.ts';
import type { SecretReference } from './config.ts';

/**
 * The secret behind a reference, byte for byte: from the environment that the entry passed in, or from a file.
 * @throws Failure `config` where it is missing, empty, or in a file that others may read; the message names the place,
 * never the content.
 */
export async function resolveSecret(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (reference.from === 'environment') {
    const value = environment[reference.variable];
    if (value === undefined || value === '') {
      throw new Failure(
        'config',
        `the environment variable ${reference.variable} is ${value === undefined ? 'not set' : 'empty'}`,
        `Set ${reference.variable} for this command (in GitHub Actions: a secret of the environment).`,
      );
    }
    return value;
  }
  let content: string;
  let mode: number;
  try {
    ({ mode } = await stat(reference.file));
    content = await readFile(reference.file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Failure(
      'config',
      `cannot read the secret in ${reference.file} (${code})`,
      code === 'EACCES'
        ? 'Run as the user who may read it.'
        : 'Put the secret there, readable by this user only (mode 0600).',
      { cause: error },
    );
  }
  if ((mode & 0o077) !== 0) {
    throw new Failure(
      'config',
      `the secret file ${reference.file} has mode ${(mode & 0o777).toString(8).padStart(4, '0')}: others may read it`,
      `Run "chmod 600 ${reference.file}".`,
    );
  }
  if (content.trim() === '') {
    throw new Failure('config', `the secret file ${reference.file} is empty`, 'Put the secret there.');
  }
  return content;
}
