import type { AlertsConfig } from './alerts.ts';
import type { ComposeConfig } from './compose.ts';
import type { ForeignConfig } from './foreign.ts';
import type { RecoveryConfig } from './recovery.ts';

/**
 * The configuration as the rest of the program sees it: every default filled in, every path absolute, every quantity a
 * number. Secrets stay references (`src/config/secrets.ts`).
 */
export interface Config {
  /** The file that it was read from. */
  readonly file: string;
  readonly root: string;
  /** Where lock, journal, staging and cache live, shared by cron and runner. */
  readonly state: string;
  /** IANA name of the zone whose calendar names the archives. */
  readonly timezone: string;
  /** In the order of the file. */
  readonly databases: readonly DatabaseConfig[];
  readonly files: readonly FilesConfig[];
  /** Present where it is configured, or where a source is a service or a volume. */
  readonly compose?: ComposeConfig;
  /** What no source covers on purpose: `volume app-cache`, `database app-db`, and why. */
  readonly notCovered: Readonly<Record<string, string>>;
  readonly vault: VaultConfig;
  readonly dev: DevConfig;
  /** What a restore needs besides data. */
  readonly recovery: RecoveryConfig;
  /** Where archives that were not made here have what is configured here. */
  readonly foreign: ForeignConfig;
  /** Who is told when a run fails; the vault has settings of its own. */
  readonly alerts?: AlertsConfig;
  /** Age of the newest archive from which `status` complains. */
  readonly maximumAgeMs: number;
}

export interface DatabaseConfig {
  /** Its name in the archive: `db/<name>.sql`. */
  readonly name: string;
  readonly reach: ServerReach;
  /** Name on the server, or `all`: discover every database of the cluster. */
  readonly database: string;
  /** Patterns as pg_dump's option of that name takes them. */
  readonly excludeTableData: readonly string[];
  readonly lockWaitTimeoutMs: number;
  /** Longest time that the whole dump may take. */
  readonly timeoutMs: number;
  /** Services that stop while it is replaced; absent: found in the compose file. */
  readonly usedBy?: readonly string[];
}

/** How a PostgreSQL server is reached; the user of a connection string is in the string. */
export type ServerReach =
  | { readonly by: 'service'; readonly service: string; readonly user: string }
  | { readonly by: 'container'; readonly container: string; readonly user: string }
  | { readonly by: 'url'; readonly url: SecretReference };

export interface FilesConfig {
  /** Its folder in the archive: `<name>/…`. */
  readonly name: string;
  readonly place: FilesPlace;
  /** Globs, relative to its folder. */
  readonly exclude: readonly string[];
  /** Globs of entries that may be unreadable without failing the run. */
  readonly allowUnreadable: readonly string[];
  /** Services that stop while it is replaced; absent: found in the compose file. */
  readonly usedBy?: readonly string[];
}

/** Where the files of a source lie: on the host, in a volume, or in the container of a service. Paths are absolute. */
export type FilesPlace =
  | { readonly by: 'path'; readonly path: string }
  | { readonly by: 'volume'; readonly volume: string }
  | { readonly by: 'service'; readonly service: string; readonly path: string };

export type VaultConfig = DirectoryVaultConfig | SshVaultConfig;

/** A vault on a mounted file system. */
export interface DirectoryVaultConfig {
  readonly kind: 'directory';
  readonly path: string;
}

export interface SshVaultConfig {
  readonly kind: 'ssh';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Directory on the vault. */
  readonly path: string;
  readonly key: KeyReference;
  /** File that pins the vault's host keys. */
  readonly knownHosts: string;
  readonly bandwidthLimitBytesPerSecond?: number;
  /** The account that reads archives; absent: the same account and key as for writing. */
  readonly reader?: { readonly user: string; readonly key: KeyReference };
}

/** Where a secret is to be found. Never the secret itself. */
export type SecretReference =
  { readonly from: 'file'; readonly file: string } | { readonly from: 'environment'; readonly variable: string };

/** Where an SSH key is to be found. */
export type KeyReference = SecretReference | { readonly from: 'agent' };

export interface DevConfig {
  readonly port: number;
  readonly url: string;
}
