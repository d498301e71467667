import type { Readable } from 'node:stream';
import type { Trigger } from '../archive/manifest.ts';

/** What the vault says first. Times are RFC 3339 in UTC by the vault's clock, sizes in bytes. */
export interface Greeting {
  protocol: 1;
  role: 'writer' | 'reader' | 'owner';
  /** False where one user id owns both the upload area and the archives: they are not tamper-proof. */
  isProvisioned: boolean;
  clock: string;
  /** The newest archive of ours that can be built upon. */
  newest?: {
    name: string;
    index: string;
    sealed: string;
    sizeBytes: number;
    /** Digests of extents that are damaged there: not to be taken over, but brought anew. */
    barred?: string[];
  };
  /** The sealed archive of the name that was asked about, if it is there. */
  asked?: Receipt;
  /** Segments that lie in the incoming area, whole or cut, by name. */
  incoming: Record<string, number>;
  sharesExtents: boolean;
  freeBytes: number;
  /** Inodes that are left; absent where the file system keeps no count. */
  freeFiles?: number;
  /** What is wrong with the vault: its ledger was changed, or cut. */
  warnings: string[];
  /** What the vault's administrator should know, the same every night: missing programs, no reflink. */
  conditions?: string[];
}

/** The vault's word that an archive is sealed. */
export interface Receipt {
  name: string;
  /** SHA-256 of the index: the archive's identity. */
  index: string;
  sizeBytes: number;
  /** Bytes of the archive that no earlier one held. */
  newBytes: number;
  sealed: string;
  /** Digest of the ledger line, which covers all lines before it. */
  ledger: string;
  /** True where the same content had been sealed under this name before. */
  already: boolean;
}

export interface Verdict {
  name: string;
  /** Empty for an archive of the former script, which has none. */
  index: string;
  isForeign?: true;
  /** `scrub`: some of its extents were read, and found damaged. */
  level: 'seal' | 'full' | 'scrub';
  isSound: boolean;
  /** All the damage is in extents that are barred; whatever else it holds can still be built upon. */
  isExtentsOnly?: boolean;
  /** Foreign, damaged, and the file that was adopted by its digest: it was so then. */
  isAsAdopted?: boolean;
  /** As it was adopted, and all the damage is in dumps: all else can be restored. */
  isDumpsOnly?: boolean;
  /** Entries of a foreign archive that begin as dumps do and are not whole, where no dump has to be. */
  cutElsewhere?: { count: number; first: string };
  /** What is damaged, entry by entry or extent by extent, worst first. */
  damage: { where: string; what: string }[];
  checked: { extents: number; entries: number; bytes: number; databases: string[]; tables: number };
  time: string;
}

export interface ArchiveSummary {
  name: string;
  isForeign: boolean;
  sizeBytes: number;
  newBytes: number;
  sealed: string;
  index?: string;
  /** Of the whole file, since it was adopted; of foreign ones alone. */
  sha256?: string;
  /** Why it was made, as its manifest says; absent for foreign ones. */
  trigger?: Trigger;
  verdict?: { level: Verdict['level']; isSound: boolean; time: string };
  /** In the ledger, but not on disk; or on disk with another size. */
  fault?: string;
}

export type UpkeepVerb = 'prune' | 'scrub' | 'freshness' | 'sweep' | 'audit';

/** How the last run of one kind of upkeep ended, by the vault's clock. */
export interface UpkeepRecord {
  verb: UpkeepVerb;
  time: string;
  isFine: boolean;
  /** In one line, for people. */
  summary: string;
  /** What is wrong, worst first. */
  faults: string[];
}

export interface VaultStatus {
  clock: string;
  archives: ArchiveSummary[];
  freeBytes: number;
  totalBytes: number;
  sharesExtents: boolean;
  /** Bytes an archive newly took, on average of the last 30 nights; what the forecast stands on. */
  newBytesPerNight?: number;
  /** Date on which the disk is full at that rate; absent where nothing is known or it lies beyond 20 years. */
  fullOn?: string;
  ledger: { lines: number; isIntact: boolean; fault?: string };
  isProvisioned: boolean;
  warnings: string[];
  /** The last run of each kind of upkeep, where the vault has any. */
  upkeep?: UpkeepRecord[];
}

export interface ByteRange {
  offset: number;
  length: number;
}

/** One connection to a vault, over SSH or in this very host: the same words for both. */
export interface VaultClient {
  /** For messages: `skills-backup@172.16.95.98:4660`, or the directory. */
  readonly label: string;
  hello(askedName?: string): Promise<Greeting>;
  /** The index of an archive (`stargz.index.json`, decompressed); the writer may have the newest one only. */
  readIndex(name: string): Promise<Readable>;
  /**
   * What an archive of the former script holds (`src/archive/foreign-survey.ts`), decompressed. Made when it is asked
   * for first, which takes as long as reading the archive. Reader only.
   */
  readSurvey(name: string, progress?: (doneBytes: number, totalBytes: number) => void): Promise<Readable>;
  /** Says that an upload will follow: what it needs is made ready meanwhile. */
  expectUpload(): void;
  /** Brings segment files into the incoming area, resuming what was cut. Returns the bytes that went over the wire. */
  upload(files: readonly string[]): Promise<{ sentBytes: number }>;
  /** Seals an archive by a recipe (its file); `progress` is told of bytes assembled. */
  seal(name: string, recipePath: string, progress?: (doneBytes: number, totalBytes: number) => void): Promise<Receipt>;
  status(): Promise<VaultStatus>;
  verify(
    name: string,
    level: 'seal' | 'full',
    progress?: (doneBytes: number, totalBytes: number) => void,
  ): Promise<Verdict>;
  /** Bytes of an archive, range after range; the whole file with a single range. Reader only. */
  readRanges(name: string, ranges: readonly ByteRange[]): Promise<Readable>;
  close(): Promise<void>;
}
