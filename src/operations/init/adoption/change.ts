import { toJsonText } from '../../../logging/json-text.ts';
import { formatBytes } from '../../../logging/quantity-text.ts';
import { diffLines } from '../line-diff.ts';
import { readRepositoryFile, writeRepositoryFile } from './repository-file.ts';

/** One question to a person: a file, or a bundle with what belongs to it. */
export interface Change {
  /** What is asked about; relative to the repository. */
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly content: string | Buffer }[];
  /** A file, or a part of one, that is there and was not written by us. */
  readonly isForeign: boolean;
  /** What would change, as a person reads it: a unified diff, or one line for a bundle. */
  readonly description: string;
}

export interface ChangeStatus {
  readonly path: string;
  readonly status: 'written' | 'unchanged' | 'declined';
}

/** What stands in the way of a file being as it should be; undefined where nothing does. */
export async function compareText(
  root: string,
  path: string,
  content: string,
  isOurs: (before: string) => boolean = () => true,
): Promise<Change | undefined> {
  const before = (await readRepositoryFile(root, path))?.toString();
  if (before === content) return undefined;
  return {
    path,
    files: [{ path, content }],
    isForeign: before !== undefined && !isOurs(before),
    description: showControls(diffLines(path, before, content)),
  };
}

/** The same of a bundle, whose diff nobody would read. */
export async function compareBundle(
  root: string,
  folder: string,
  files: readonly { path: string; content: Buffer }[],
): Promise<Change | undefined> {
  const before = await Promise.all(files.map(({ path }) => readRepositoryFile(root, path)));
  if (files.every(({ content }, position) => before[position]?.equals(content))) return undefined;
  const state = before.every((content) => content === undefined) ? 'new' : 'another';
  const sizeBytes = files.reduce((sum, { content }) => sum + content.length, 0);
  return {
    path: folder,
    files,
    isForeign: false,
    description: `${folder}: ${state} bundle, ${formatBytes(sizeBytes)}`,
  };
}

export async function applyChange(root: string, { files }: Change): Promise<void> {
  for (const { path, content } of files) await writeRepositoryFile(root, path, content);
}

/** A file that somebody wrote must not play tricks on the terminal that shows its difference. */
function showControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => toJsonText(character).slice(1, -1));
}
