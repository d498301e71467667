import { stat } from 'node:fs/promises';
import type { FilesConfig } from '../../config/config.ts';
import { Failure, messageOf } from '../../logging/failure.ts';

/** File sources that are there. Only a safety backup may do without one: somebody is about to bring it back. */
export async function presentSources(sources: readonly FilesConfig[], mayBeMissing: boolean): Promise<FilesConfig[]> {
  const present = await Promise.all(
    sources.map(async ({ name, path }) => {
      try {
        if ((await stat(path)).isDirectory()) return true;
        throw new Error('it is no folder');
      } catch (error) {
        if (mayBeMissing) return false;
        throw new Failure(
          'source',
          `files "${name}": ${path} cannot be backed up: ${messageOf(error)}`,
          `Check that it is mounted, or correct files.${name}.path in the configuration.`,
          { cause: error },
        );
      }
    }),
  );
  return sources.filter((_source, position) => present[position]);
}
