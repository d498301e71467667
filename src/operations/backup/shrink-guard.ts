import { Failure } from '../../logging/failure.ts';

/** Below this many files a source may lose as many as it likes, but not all. */
const FEW_FILES = 10;
/** A source must keep this part of its files from one archive to the next. */
const LEAST_SHARE = 0.5;

interface SourceSize {
  source: string;
  path: string;
  /** Regular files, now and in the archive that this one builds upon. */
  files: number;
  filesBefore: number;
}

/**
 * Stops a backup of a source that lost most of its files since the last archive: an unmounted volume must not become a
 * happy empty backup.
 *
 * @throws Failure unless the source is in `allowed`.
 */
export function guardAgainstShrinking(
  { source, path, files, filesBefore }: SourceSize,
  allowed: readonly string[],
): void {
  const hasShrunk = filesBefore > 0 && (files === 0 || (filesBefore >= FEW_FILES && files < filesBefore * LEAST_SHARE));
  if (!hasShrunk || allowed.includes(source)) return;
  throw new Failure(
    'source',
    `files "${source}": ${path} holds ${files} files, the previous backup had ${filesBefore}`,
    `Check that it is mounted. If the files were meant to go, run the backup with --allow-shrink ${source} (in a workflow the input allow-shrink).`,
  );
}
