import { stat } from 'node:fs/promises';
import type { FilesConfig } from '../../config/config.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { describePlace, locateFiles, type LocatedFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';

/** File sources that are there. Only a safety backup may do without one: somebody is about to bring it back. */
export async function presentSources(platform: Platform, mayBeMissing: boolean): Promise<LocatedFiles[]> {
  const present = await Promise.all(
    platform.config.files.map(async (source) => {
      try {
        const located = await locateFiles(platform, source);
        if ((await stat(await resolveFolder(located.path))).isDirectory()) return [located];
        throw new Error('it is no folder');
      } catch (error) {
        if (mayBeMissing) return [];
        throw explain(source, error);
      }
    }),
  );
  return present.flat();
}

function explain(source: FilesConfig, error: unknown): Failure {
  const what = `files "${source.name}": ${describePlace(source)} cannot be backed up: ${messageOf(error)}`;
  if (error instanceof Failure) return new Failure(error.kind, what, error.next, { cause: error });
  const key = source.place.by === 'volume' ? 'volume' : 'path';
  const next = `Check that it is mounted, or correct files.${source.name}.${key} in the configuration.`;
  return new Failure('source', what, next, { cause: error });
}
