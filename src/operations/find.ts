import { showName, withoutSlash } from '../archive/entry-names.ts';
import type { PathChoice } from '../archive/path-choice.ts';
import { formatTime } from '../archive/toc-line.ts';
import { Failure } from '../logging/failure.ts';
import type { ArchiveSummary, VaultStatus } from '../vault/vault-client.ts';
import type { CatalogueReader } from './catalogue/catalogue-file.ts';
import { parseEntry, parseEntryName, type CatalogueEntry, type NameVersion } from './catalogue/catalogue-line.ts';
import { keyOf } from './catalogue/grow-catalogue.ts';
import { identifyArchives } from './catalogue/identify-archives.ts';
import type { UnreadArchive } from './catalogue/index-batch.ts';
import { refreshCatalogue } from './catalogue/refresh-catalogue.ts';
import { Renumbering, type Span } from './catalogue/spans.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';

export interface FindOptions {
  /** A path or glob in the archives. */
  choice: PathChoice;
  /** Only archives that were sealed from then on; before then. */
  since?: Date;
  before?: Date;
  /** Only archives of these names; versions then follow one another among them. */
  archives?: ReadonlySet<string>;
}

const NEAR_NAMES = 3;

/** An archive by which a version begins or ends; `sealed` by the vault's clock, of a foreign one what its name says. */
export type FoundArchive = Pick<ArchiveSummary, 'name' | 'sealed'>;

/** One that was looked through. */
export interface SearchedArchive extends FoundArchive {
  /** Holds what somebody was about to replace. */
  isSafety: boolean;
}

/** A name in the same state in one archive or several that follow one another. */
export interface FoundVersion {
  type: NameVersion['type'];
  sizeBytes: number;
  /** Absent of a folder: its time changes with whatever it holds. */
  modified?: string;
  /** SHA-256 of the content. */
  digest?: string;
  linkName?: string;
  /** The oldest that holds it so, and the newest, and how many do. */
  first: FoundArchive;
  last: FoundArchive;
  archives: number;
}

export interface FoundName {
  /** Decoded with replacement where it is not UTF-8; `nameBytes` then has it in base64. */
  name: string;
  nameBytes?: string;
  /** Newest first. */
  versions: FoundVersion[];
}

export interface Found {
  /** What was looked through, oldest first. */
  archives: SearchedArchive[];
  /** Archives of that time whose names could not be read. */
  unread: UnreadArchive[];
  /** In the archives' order; to be gone through once. Throws a Failure `usage` at its end where there was none. */
  names: AsyncIterable<FoundName>;
  close(): Promise<void>;
}

/**
 * Finds the archives that hold a path, across all the years: in the local catalogue, after what it lacks was fetched.
 * Nothing is locked, and nothing but the catalogue is changed.
 */
export async function find(platform: Platform, options: FindOptions): Promise<Found> {
  const { choice, since, before, archives: named } = options;
  const isWanted = ({ name, sealed }: ArchiveSummary): boolean =>
    (!named || named.has(name)) &&
    (!since || Date.parse(sealed) >= since.getTime()) &&
    (!before || Date.parse(sealed) < before.getTime());
  const vault = await openVault(platform, 'reader');
  try {
    const all = sortByTime(await vault.status());
    const present = all.filter(({ fault }) => fault === undefined);
    const gone = all.filter((archive) => archive.fault !== undefined && isWanted(archive));
    const { catalogue, unread } = await refreshCatalogue(platform, vault, present, isWanted);
    const identify = identifyArchives(platform);
    const ordinals = new Map(catalogue?.archives.map((archive, ordinal) => [keyOf(archive), ordinal]));
    const archives = present.filter((archive) => isWanted(archive) && ordinals.has(keyOf(identify(archive))));
    const numbers: (number | undefined)[] = Array.from({ length: ordinals.size });
    archives.forEach((archive, number) => (numbers[ordinals.get(keyOf(identify(archive))) ?? 0] = number));
    return {
      archives: archives.map(({ name, sealed, trigger }) => ({ name, sealed, isSafety: trigger === 'safety' })),
      unread: [...gone.map(({ name, fault = '' }) => ({ archive: name, reason: fault })), ...unread],
      names: search(catalogue, archives, new Renumbering(numbers), choice),
      close: async () => await catalogue?.close(),
    };
  } finally {
    await vault.close();
  }
}

function sortByTime({ archives }: VaultStatus): ArchiveSummary[] {
  const isEarlier = (a: ArchiveSummary, b: ArchiveSummary): boolean =>
    a.sealed === b.sealed ? a.name < b.name : a.sealed < b.sealed;
  return [...archives].sort((a, b) => (isEarlier(a, b) ? -1 : 1));
}

async function* search(
  catalogue: CatalogueReader | undefined,
  archives: readonly ArchiveSummary[],
  shown: Renumbering,
  choice: PathChoice,
): AsyncGenerator<FoundName, void, undefined> {
  if (archives.length === 0) {
    throw new Failure('usage', 'the vault holds no archive of that time that can be searched', 'list shows them all.');
  }
  const near = new NearNames(choice.texts);
  let isFound = false;
  for await (const batch of catalogue?.lines() ?? []) {
    for (const line of batch) {
      const name = parseEntryName(line);
      const isChosen = choice.includes(name);
      if (!isChosen && (isFound || !near.isNear(name))) continue;
      const found = describe(parseEntry(line), shown, archives);
      if (found.versions.length === 0) continue;
      if (!isChosen) near.note(name);
      else {
        isFound = true;
        yield found;
      }
    }
  }
  if (isFound) return;
  const asked = choice.texts.map((text) => JSON.stringify(text.slice(0, 200))).join(', ');
  throw new Failure(
    'usage',
    `none of the ${archives.length} archives searched holds ${asked}`,
    near.names.length > 0
      ? `There is ${near.names.join(', ')}.`
      : 'Paths begin with a source, as ls latest shows them; globs such as "uploads/**/report*.pdf" search everywhere.',
  );
}

/** Names elsewhere whose last part is the one that was asked for, whatever its case, and however its accents are written. */
class NearNames {
  readonly names: string[] = [];
  readonly #ends: readonly string[];

  constructor(paths: readonly string[]) {
    this.#ends = paths.map((path) => fold(`/${path.replace(/\/$/, '').split('/').at(-1) ?? ''}`));
  }

  isNear(name: Buffer): boolean {
    if (this.names.length >= NEAR_NAMES) return false;
    const text = fold(`/${withoutSlash(name).toString('utf8')}`);
    return this.#ends.some((end) => text.endsWith(end));
  }

  note(name: Buffer): void {
    this.names.push(showName(name));
  }
}

/** Some systems write é as one letter, others as two. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function describe(
  { name, versions }: CatalogueEntry,
  shown: Renumbering,
  archives: readonly ArchiveSummary[],
): FoundName {
  const text = name.toString('utf8');
  const spans = versions.flatMap((version) => shown.apply(version.spans).map((span) => ({ version, span })));
  return {
    name: text,
    ...(Buffer.from(text).equals(name) ? {} : { nameBytes: name.toString('base64') }),
    versions: spans
      .sort((a, b) => b.span[1] - a.span[1])
      .map(({ version, span }) => describeVersion(version, span, archives)),
  };
}

function describeVersion(
  { type, size, mtimeNs, digest, linkName }: NameVersion,
  [first, last]: Span,
  archives: readonly ArchiveSummary[],
): FoundVersion {
  const at = (ordinal: number): FoundArchive => {
    const { name, sealed } = archives[ordinal] as ArchiveSummary;
    return { name, sealed };
  };
  return {
    type,
    sizeBytes: size,
    ...(type === 'dir' ? {} : { modified: formatTime(mtimeNs) }),
    ...(digest === '' ? {} : { digest }),
    ...(linkName.length === 0 ? {} : { linkName: linkName.toString('utf8') }),
    first: at(first),
    last: at(last),
    archives: last - first + 1,
  };
}
