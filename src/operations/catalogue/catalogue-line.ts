import type { TocLine } from '../../archive/toc-line.ts';
import { formatSpans, parseSpans, type Span } from './spans.ts';

/** One state of a name, and the archives that hold it so. */
export interface NameVersion {
  type: Exclude<TocLine['type'], 'chunk'>;
  size: number;
  /** 0 of a folder: its time changes with whatever it holds. */
  mtimeNs: bigint;
  /** SHA-256 of the content, hexadecimal; empty where there is none. */
  digest: string;
  /** Empty where it is no link. */
  linkName: Buffer;
  /** Ordinals in the catalogue's list of archives. */
  spans: Span[];
}

/** A name with all its versions. */
export interface CatalogueEntry {
  name: Buffer;
  versions: NameVersion[];
}

const TYPES = ['dir', 'reg', 'symlink', 'hardlink'] as const;
/** Bytes as letters: names need not be UTF-8, and lines are. */
const asText = (bytes: Buffer): string => bytes.toString('latin1');
const asBytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A version as a line of an index describes it, without any archive yet. */
export function versionOf({ type, size = 0, mtimeNs = 0n, digest = '', linkName }: TocLine): NameVersion {
  if (type === 'chunk') throw new TypeError('a chunk is no version of a name');
  return {
    type,
    size,
    mtimeNs: type === 'dir' ? 0n : mtimeNs,
    digest,
    linkName: linkName ?? Buffer.alloc(0),
    spans: [],
  };
}

/** Whether two archives hold the same under a name; where they do is no matter. */
export function isSameVersion(a: NameVersion, b: NameVersion): boolean {
  return (
    a.digest === b.digest &&
    a.mtimeNs === b.mtimeNs &&
    a.size === b.size &&
    a.type === b.type &&
    a.linkName.equals(b.linkName)
  );
}

/** One line, the name first. */
export function formatEntry({ name, versions }: CatalogueEntry): string {
  const fields = versions.map(({ type, size, mtimeNs, digest, linkName, spans }) => [
    TYPES.indexOf(type),
    size,
    String(mtimeNs),
    digest,
    asText(linkName),
    formatSpans(spans),
  ]);
  return JSON.stringify([asText(name), ...fields]);
}

/** The name of a line, most of which are read for nothing else. */
export function parseEntryName(line: string): Buffer {
  const end = line.indexOf('",[', 2);
  const text = line.slice(2, end);
  // Where there is something to unescape, that end may be none.
  return end === -1 || text.includes('\\') ? parseEntry(line).name : asBytes(text);
}

/** @throws SyntaxError or TypeError on anything that `formatEntry` would not write. */
export function parseEntry(line: string): CatalogueEntry {
  const [name, ...versions] = JSON.parse(line) as [unknown, ...unknown[]];
  if (typeof name !== 'string') throw new TypeError('a line of the catalogue has no name');
  return { name: asBytes(name), versions: versions.map(parseVersion) };
}

function parseVersion(raw: unknown): NameVersion {
  if (!Array.isArray(raw)) throw new TypeError('a version in the catalogue is no list');
  const [kind, size, mtime, digest, linkName, spans] = raw as unknown[];
  const type = TYPES[kind as number];
  if (type === undefined || !Number.isSafeInteger(size)) throw new TypeError('a version in the catalogue has no type');
  return {
    type,
    size: size as number,
    mtimeNs: BigInt(mtime as string),
    digest: String(digest),
    linkName: asBytes(String(linkName)),
    spans: parseSpans(String(spans)),
  };
}
