import type { Damage } from './archive-damage.ts';
import type { Fingerprints } from './manifest.ts';

/**
 * What is known of an archive of the former script, which has no index: found by reading it once. As a file: lines of
 * JSON, gzip-compressed; this head first, then one `SurveyedDump` a line (`dumps` of them), then the entries' lines in
 * the form of our index, sorted bytewise by name. `offset` of such a line is the entry's place in the archive, from 1;
 * 0 for a folder that the archive only implies.
 */
export interface SurveyHead {
  /** Raised with each stricter rule: what an earlier one found nothing wrong with is looked at anew. */
  format: 3;
  name: string;
  /** Of the whole archive, as the ledger has it. */
  sha256: string;
  sizeBytes: number;
  /** By the vault's clock (RFC 3339). */
  made: string;
  /** Entries in the archive, those that are left out included; their content in bytes. */
  entries: number;
  contentBytes: number;
  dumps: number;
  /** Why nothing of it must be extracted: what is damaged, or made to do harm. Entries before it have their lines. */
  fault?: Damage;
  /** What has no line: symbolic links that lead out, and what macOS and other writers of tar leave behind. */
  leftOut: { links: LeftOut; leftovers: LeftOut };
}

export interface LeftOut {
  count: number;
  /** Name of the first, as people read it. */
  first?: string;
}

/** What an entry that begins like a dump of pg_dump holds. */
export interface DumpFindings {
  /** Its last line stands at the top level. */
  isWhole: boolean;
  fingerprints: Fingerprints;
  /** As its first lines say; empty where they do not. */
  serverVersion: string;
  clientVersion: string;
  /** PostgreSQL's name of the encoding that it is written in. */
  encoding: string;
  /** Roles that it gives something to, sorted; the one that owns most of what it makes. */
  roles: string[];
  owner?: string;
  extensions: string[];
  /** Rows come as INSERT statements, so that fingerprints cannot stand for them. */
  hasInserts: boolean;
  /** A command for psql, which no dump needs: `\connect …`. */
  command?: FoundText;
  /** The beginning of a statement that pg_dump is not known to write: `ALTER SYSTEM …`. */
  statement?: FoundText;
  /** Its lines end with CR and LF, as on Windows: all else that is found may come of that. */
  hasWindowsLines?: true;
  /** It names more tables, sequences and roles than were noted: nothing of it can be proven. */
  isExcessive?: true;
}

export interface FoundText {
  text: string;
  /** The line in which it ends, from 1. */
  line: number;
}

export interface SurveyedDump extends DumpFindings {
  /** Place of its entry in the archive. */
  ordinal: number;
}

/** Looks at a `.sql` entry; undefined where it is no dump. What it leaves unread is read for it. */
export type DumpSurveyor = (content: AsyncIterable<Buffer>) => Promise<DumpFindings | undefined>;

/** What a gzip-compressed survey decompresses to at most: lines of three million entries with long names. */
export const MAX_SURVEY_BYTES = 1024 ** 3;
export const MAX_SURVEY_ENTRIES = 3_000_000;
/** Of a name or a link's target: Linux takes no longer path. */
export const MAX_PATH_BYTES = 4096;
/** The names of all folders that are only implied: there may be two thousand of them in one long name. */
export const MAX_IMPLIED_BYTES = 128 * 1024 ** 2;
/** What is found in all dumps together, written as JSON. */
export const MAX_FINDINGS_BYTES = 256 * 1024 ** 2;
