import type { Config } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';
import type { SshOptions } from '../vault/client/ssh-options.ts';

/**
 * What an operation is given besides its own options. Only entries look at the environment, the clock and their own
 * place on disk; everything below them is told.
 */
export interface Platform {
  config: Config;
  logger: Logger;
  /** Where references to secrets are resolved: usually the environment variables. */
  environment: Readonly<Record<string, string | undefined>>;
  now: () => Date;
  /** Aborted when the run is to end in order. */
  signal?: AbortSignal;
  /** Who is asking, for lock and journal: `continuity backup (pid 4711)`, a workflow run. */
  holder: string;
  /** The vault's one-file bundle, which an unprovisioned vault is given a copy of. */
  vaultBundlePath: string;
  toolVersion: string;
  /** How patient the connection to the vault is; for tests. */
  network?: Pick<SshOptions, 'retryDelayMs' | 'silenceMs'>;
  /** Git commit that the configuration belongs to. */
  commit?: string;
  /** How long to wait for another backup or restore of this platform to end; default: not at all. */
  lockWaitMs?: number;
  /** A private directory in which keys may lie while a program needs them. Default: one is made below the system's. */
  temporary?: string;
}

/** Who is asking, and for which commit, as the environment of a workflow tells. */
export function describeRun(
  command: string,
  environment: Platform['environment'],
): Pick<Platform, 'holder' | 'commit'> {
  const { GITHUB_RUN_ID: run, GITHUB_SHA: commit } = environment;
  return { holder: run ? `${command} (GitHub run ${run})` : command, ...(commit ? { commit } : {}) };
}
