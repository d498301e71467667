import type { Finding } from './finding.ts';
import type { Successes } from './newest-success.ts';

/** What a look found, as the issue tells it. */
export interface Look {
  findings: readonly Finding[];
  successes: Successes;
  /** The run that looks. */
  runUrl?: string;
}
