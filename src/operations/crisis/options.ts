import type { LostPart } from './lost-part.ts';
import type { CrisisScenario } from './scenario.ts';

/** What a person has told of a crisis, and where this toolkit stands. */
export interface CrisisOptions {
  scenario: CrisisScenario;
  /** Until when the data were good; absent: nobody knows. */
  since?: Date;
  /** Scenario A: what was lost; empty: everything, or nobody knows. */
  lost: readonly LostPart[];
  /** Folder of the toolkit on this machine. */
  clone: string;
  configWords: readonly string[];
  repository: string;
}
