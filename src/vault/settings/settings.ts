import type { AlertsConfig } from '../../config/alerts.ts';

/**
 * What the vault decides by itself: `/etc/skills-vault.yml`, which belongs to root. Nothing that production can edit has
 * a say in what is kept. Sizes in bytes.
 */
export interface VaultSettings {
  /** The file that this was read from. */
  readonly file: string;
  readonly directory: string;
  readonly accounts: {
    readonly writer: string;
    readonly reader: string;
    readonly keeper: string;
    /** Group whose members may read archives on the vault itself. */
    readonly operators: string;
  };
  readonly retention: {
    /** Age from which an archive may be pruned, by the time of its ledger line. */
    readonly days: number;
    /** So many of the newest archives stay whatever their age. */
    readonly keepNewest: number;
    /** A run prunes at most so many days' worth of archives. */
    readonly daysPerRun: number;
  };
  readonly budgets: {
    /** What may lie in the incoming area. */
    readonly incomingBytes: number;
    readonly incomingFiles: number;
    /** Free space that neither an upload nor a seal may touch. */
    readonly reserveBytes: number;
    /** In any 24 hours. */
    readonly sealsPerDay: number;
    readonly newBytesPerDay: number;
  };
  readonly scrub: { readonly withinDays: number };
  readonly freshness: { readonly maximumAgeMs: number };
  /** A segment that has lain unused for so long is removed. */
  readonly sweep: { readonly afterMs: number };
  readonly timezone: string;
  readonly alerts?: AlertsConfig;
  readonly log: string;
}
