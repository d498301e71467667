import type { Config } from '../config/config.ts';
import type { Logger } from '../logging/logger.ts';

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
  /** Git commit that the configuration belongs to. */
  commit?: string;
}
