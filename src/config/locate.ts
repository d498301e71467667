import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../logging/failure.ts';

/** Where provisioning puts it; cron and the timer read this one first. */
export const provisioned = '/etc/skills-hub/continuity.yml';

/**
 * The configuration to read: the one asked for, else continuity.yml in the working directory, else the provisioned one.
 * @throws Failure `config` where there is none.
 */
export async function locateConfig(requested: string | undefined, workingDirectory: string): Promise<string> {
  const found = await findConfig(requested, workingDirectory);
  if (found !== undefined) return found;
  throw new Failure(
    'config',
    `there is no configuration: neither ${resolve(workingDirectory, 'continuity.yml')} nor ${provisioned} exists`,
    'Copy continuity.example.yml to continuity.yml and adapt it, or name a file (--config FILE; in a workflow the input config).',
  );
}

/** The same, for those who can do without; undefined where there is none. */
export async function findConfig(requested: string | undefined, workingDirectory: string): Promise<string | undefined> {
  if (requested !== undefined) return resolve(workingDirectory, requested);
  const local = resolve(workingDirectory, 'continuity.yml');
  for (const file of [local, provisioned]) {
    const isThere = await access(file).then(
      () => true,
      // One that may not be read is the one that was meant: loading it says why.
      (error: unknown) => (error as NodeJS.ErrnoException).code === 'EACCES',
    );
    if (isThere) return file;
  }
  return undefined;
}
