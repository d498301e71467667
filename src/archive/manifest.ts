/**
 * `manifest.json`: what was backed up, with the fingerprints by which a restore is proven. Times are RFC 3339 with
 * zone, sizes in bytes, digests lower-case hexadecimal SHA-256.
 */
export interface Manifest {
  /** Version of this format; a reader refuses a newer one. */
  format: 1;
  name: string;
  trigger: Trigger;
  /** Git commit of the configuration's repository, where there is one. */
  commit?: string;
  toolVersion: string;
  started: string;
  ended: string;
  /** Keyed by the name in `continuity.yml`; one record per dump (`database: all` gives several, `<name>.<database>`). */
  databases: Record<string, DatabaseRecord>;
  /** Roles dumped per configured server: file name in the archive → what is known of it. */
  globals: Record<string, GlobalsRecord>;
  files: Record<string, FilesRecord>;
  /** The compose project that runs the platform, where there is one. */
  compose?: ComposeRecord;
  /** What its services ran on, by service. */
  images?: Record<string, ImageRecord>;
  /** Absent in archives of earlier versions. */
  kit?: KitRecord;
  /** Everything worth a second look that did not make the archive wrong. */
  warnings: string[];
}

export interface ComposeRecord {
  project: string;
  /** Of the Compose that made its containers; absent where there was none. */
  version?: string;
}

export interface ImageRecord {
  /** Reference as configured: `postgres:16.4`. */
  image: string;
  /** `sha256:…`; absent where the image was not on the host. */
  id?: string;
  /** `repository@sha256:…`; empty for an image that was built there. */
  digests: string[];
}

/** What a restore needs besides data, in `kit/`. */
export interface KitRecord {
  /** Its entries, by name in the archive; the secrets are one of them where they are in it. */
  entries: Record<string, { sizeBytes: number }>;
  /** Secret files that were found, whether they are in the archive or not. */
  secrets: number;
  /** Public age keys that the secrets are encrypted to; without any they are not in the archive. */
  recipients: string[];
}

export type Trigger = 'nightly' | 'push' | 'manual' | 'safety';

/** The state of one database in its dump's snapshot. */
export interface DatabaseRecord {
  /** Name of its entry: `db/<key>.sql`. */
  dump: string;
  /** Configured source that it belongs to. */
  source: string;
  /** Its name on the server. */
  database: string;
  /** When its dump began, and when its last byte was there. */
  started: string;
  ended: string;
  sizeBytes: number;
  serverVersion: string;
  clientVersion: string;
  encoding: string;
  collate: string;
  ctype: string;
  /** `libc`, `icu` or `builtin`, with the provider's version of the collation where it has one. */
  localeProvider: string;
  collationVersion?: string;
  icuLocale?: string;
  owner: string;
  connectionLimit: number;
  /** `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET`, as `{role, setting}`; role absent: every role. */
  settings: { role?: string; setting: string }[];
  /** The database's own privileges as `aclitem` texts; absent: the default ones. */
  acl?: string[];
  extensions: { name: string; version: string }[];
  fingerprints: Fingerprints;
  /** What pg_dump wrote to stderr while it succeeded. */
  messages: string[];
}

export interface Fingerprints {
  /** Qualified, quoted where needed: `public.student`; sorted by name. `sha256` is over the rows of its COPY block. */
  tables: Record<string, TableFingerprint>;
  /** `setval` calls as dumped: last value and whether it was called. */
  sequences: Record<string, { value: string; called: boolean }>;
  /** Large objects: how many, bytes of content, digest over (oid, content) in dump order. */
  largeObjects: { count: number; bytes: number; sha256: string };
  /**
   * What of the dump is structure: its first bytes, before any rows, and all from `tailOffset` on (indexes, constraints,
   * triggers). Absent in archives of earlier versions, and where a dump holds no rows at all.
   */
  structure?: { headBytes: number; tailOffset: number };
}

export interface TableFingerprint {
  rows: number;
  sha256: string;
  /** Its COPY blocks in the dump, statement and `\.` included, by offset; absent in archives of earlier versions. */
  places?: Place[];
}

/** A run of bytes in a dump. */
export interface Place {
  offset: number;
  length: number;
}

export interface GlobalsRecord {
  source: string;
  /** False where the user is no superuser: roles without their password verifiers. */
  passwords: boolean;
  sizeBytes: number;
  roles: string[];
}

export interface FilesRecord {
  files: number;
  directories: number;
  links: number;
  bytes: number;
  walkStarted: string;
  walkEnded: string;
  /** Entries that are not in the archive, and why; `path` relative to the source. */
  skipped: { path: string; reason: string }[];
  /** Entries that are in the archive though they changed while they were read. */
  changed: { path: string; reason: string }[];
}
