/** Folders that macOS's archiver, and a tar that did not know extended headers, leave among the files. */
const FOLDER = /(?:^|\/)(?:__MACOSX|PaxHeaders?(?:\.\d+)?)\//;
const APPLE_DOUBLE = /^(.*\/|)\._([^/]+)$/s;

/**
 * Whether an entry is none of anybody's, but what a writer of tar has left: macOS's `.DS_Store`, `__MACOSX/` and `._NAME`
 * where NAME stands beside it, and `PaxHeader/`. `key`: latin1 of its name, a folder's with its slash.
 */
export function isLeftover(key: string, holds: (key: string) => boolean): boolean {
  if (FOLDER.test(key) || key === '.DS_Store' || key.endsWith('/.DS_Store')) return true;
  const [, folder, name] = APPLE_DOUBLE.exec(key) ?? [];
  return folder !== undefined && (holds(`${folder}${name}`) || holds(`${folder}${name}/`));
}
