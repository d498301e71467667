import type { Manifest } from '../../archive/manifest.ts';
import { MEGABYTE, quantitiesOfSafety, sumUp, type RestoreEstimate, type StepDuration } from './estimate.ts';
import { readRates } from './rates-file.ts';
import { predict, type Measure } from './rates.ts';

/** What a restore of tables, or into a new database, has to do. */
export interface PartWork {
  hasSafety: boolean;
  /** Of the dumps, what is staged; and how much of that is written once more, in the live database. */
  stagedBytes: number;
  putBytes?: number;
  /** Much more is read than staged, so that how long that takes tells nothing of other restores. */
  isReadThrough?: boolean;
}

/**
 * Tells from what this host has measured how long that will take. What is written in the live database is text that a
 * server reads, as what is staged is: it goes by the same rate.
 */
export async function estimatePart(
  stateDirectory: string,
  manifest: Manifest,
  { hasSafety, stagedBytes, putBytes }: PartWork,
): Promise<RestoreEstimate> {
  const rates = await readRates(stateDirectory);
  return sumUp([
    ...(hasSafety ? [{ step: 'safety' as const, ...predict(rates.safety, quantitiesOfSafety(manifest)) }] : []),
    { step: 'databases', ...predict(rates.databases, { once: 1, megabyte: stagedBytes / MEGABYTE }) },
    ...(putBytes === undefined
      ? []
      : [{ step: 'swap' as const, ...predict(rates.databases, { megabyte: putBytes / MEGABYTE }) }]),
  ]);
}

/** What was measured, as the rates have it: of what a swap of whole databases and files takes, this tells nothing. */
export function measurePart(
  durations: readonly StepDuration[],
  manifest: Manifest,
  { stagedBytes, isReadThrough }: PartWork,
): Measure[] {
  return durations.flatMap(({ step, ms }): Measure[] => {
    if (step === 'safety') return [{ step, ms, quantities: quantitiesOfSafety(manifest) }];
    if (step !== 'databases' || isReadThrough) return [];
    return [{ step, ms, quantities: { once: 1, megabyte: stagedBytes / MEGABYTE } }];
  });
}
