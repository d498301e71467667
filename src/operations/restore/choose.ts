import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import type { PathChoice } from '../../archive/path-choice.ts';
import { Failure } from '../../logging/failure.ts';
import type { OpenArchive } from '../open-archive.ts';
import { refuseMissingPath } from '../list.ts';
import { findTornLinks, type TornLinks } from './torn-links.ts';

/** What somebody asked for. */
export interface Choice {
  /** Names of sources, or of single dumps; everything in the archive without, unless there are paths. */
  readonly select?: readonly string[] | undefined;
  /** Of files, only what these name. */
  readonly paths?: PathChoice | undefined;
  /** What the archive lacks stays where it is; else it is moved away and kept. */
  readonly keepsExtra?: boolean | undefined;
}

/** A file source that a restore is about. */
export interface ChosenFiles {
  source: string;
  /** The part of it that is meant; all of it without. Printed as JSON, the paths as they were asked for. */
  paths?: PathChoice;
  /** Of a part, the hard links in it whose file lies outside. */
  links?: TornLinks;
  /** Live entries that the archive lacks stay. */
  keepsExtra?: boolean;
}

/** Parts of an archive that a restore is about: dumps by their key in the manifest, and file sources. */
export interface Chosen {
  databases: [key: string, record: DatabaseRecord][];
  files: ChosenFiles[];
}

/**
 * Chooses parts of an archive by the names in `continuity.yml`, or of single dumps (`odoo.school`), and by paths; all
 * without a choice, and no databases where there are paths alone.
 *
 * @throws Failure `usage` on a name that the archive does not hold, on a path in none of its file sources, and on one in
 * a source that is selected as a whole: nobody can tell which of the two is meant.
 */
export function choose(manifest: Manifest, { select, paths, keepsExtra }: Choice): Chosen {
  const databases = Object.entries(manifest.databases);
  const sources = Object.keys(manifest.files);
  const known = new Set([...databases.flatMap(([key, { source }]) => [key, source]), ...sources]);
  const unknown = (select ?? []).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Failure(
      'usage',
      `${manifest.name} holds no ${unknown.map((name) => JSON.stringify(name.slice(0, 80))).join(', ')}`,
      `It holds ${[...known].join(', ')}.`,
    );
  }
  const isSelected = (...names: string[]): boolean =>
    select ? names.some((name) => select.includes(name)) : paths === undefined;
  const extra = keepsExtra ? { keepsExtra } : {};
  const whole: ChosenFiles[] = sources.filter((source) => isSelected(source)).map((source) => ({ source, ...extra }));
  const parts: ChosenFiles[] = [];
  if (paths) {
    refuseMisplaced(paths, sources);
    refuseCovered(paths, whole);
    for (const source of sources) if (mayHold(paths, source)) parts.push({ source, paths, ...extra });
  }
  return {
    databases: databases.filter(([key, { source }]) => isSelected(key, source)),
    files: [...whole, ...parts],
  };
}

/**
 * The same, once it is sure that the archive holds something at each path; file sources without any are left out. Links
 * are looked for here, once for all the comparisons of a restore.
 */
export async function chooseParts(archive: OpenArchive, manifest: Manifest, choice: Choice): Promise<Chosen> {
  const chosen = choose(manifest, choice);
  const { paths } = choice;
  if (!paths) return chosen;
  const inPaths = chosen.files.flatMap((part) => (part.paths ? [part.source] : []));
  const found = await confirmPaths(archive, paths, (source) => inPaths.includes(source));
  const files: ChosenFiles[] = [];
  for (const part of chosen.files) {
    if (!part.paths) files.push(part);
    else if (found.has(part.source))
      files.push({ ...part, links: await findTornLinks(archive, part.source, part.paths) });
  }
  return { ...chosen, files };
}

/**
 * Goes through the index and returns the first components of what is at the paths, where they count, with the bytes of
 * content there.
 * @throws Failure `usage` for the first path at which there is nothing.
 */
export async function confirmPaths(
  archive: OpenArchive,
  paths: PathChoice,
  counts: (first: string) => boolean = () => true,
): Promise<Map<string, number>> {
  const missing = new Set(paths.apart());
  const found = new Map<string, number>();
  for await (const { name, size = 0 } of archive.lines()) {
    const first = firstOf(name);
    if (!counts(first) || !paths.includes(name)) continue;
    found.set(first, (found.get(first) ?? 0) + size);
    for (const path of missing) if (path.includes(name)) missing.delete(path);
  }
  const [nowhere] = missing;
  if (nowhere) throw refuseMissingPath(archive.name, nowhere.texts[0]);
  return found;
}

function refuseMisplaced(paths: PathChoice, sources: readonly string[]): void {
  const path = paths.apart().find((each) => !sources.some((source) => mayHold(each, source)));
  if (!path) return;
  throw new Failure(
    'usage',
    `${show(path)} lies in no file source of the archive (${sources.join(', ') || 'it has none'}): a path puts back files alone`,
    'For a database take --select or --table; --to DIR unpacks anything beside (in a workflow the inputs of these names).',
  );
}

/** @throws Failure `usage` for a path in a source that is wanted as a whole: nobody can tell which of the two is meant. */
export function refuseCovered(paths: PathChoice, whole: readonly ChosenFiles[]): void {
  for (const path of paths.apart()) {
    const covered = whole.find(({ source }) => mayHold(path, source))?.source;
    if (covered === undefined) continue;
    throw new Failure(
      'usage',
      `${show(path)} lies in ${covered}, which is selected as a whole`,
      `Nothing was done. For the path alone leave ${covered} out of the selection; for all of it leave out the path.`,
    );
  }
}

function show({ texts: [text = ''] }: PathChoice): string {
  return JSON.stringify(text.slice(0, 200));
}

function mayHold(paths: PathChoice, source: string): boolean {
  return paths.mayHold(Buffer.from(`${source}/`));
}

function firstOf(name: Buffer): string {
  const slash = name.indexOf(0x2f);
  return name.toString('latin1', 0, slash === -1 ? name.length : slash);
}
