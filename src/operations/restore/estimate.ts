import type { FilesRecord, Manifest } from '../../archive/manifest.ts';
import { readRates } from './rates-file.ts';
import { predict, restoreSteps, type Measure, type Quantities, type RestoreStep } from './rates.ts';
import type { RestorePlan } from './restore-plan.ts';

/** How long a restore should take; times in milliseconds. */
export interface RestoreEstimate {
  steps: StepEstimate[];
  totalMs: number;
  /** How long the services that are halted stand still, from the first stop to the last start; 0 where none is. */
  standstillMs: number;
  /** How often this host has measured what its steps go by, the least of them; 0: figures of the reference machine. */
  measured: number;
}

export interface StepEstimate {
  step: RestoreStep;
  ms: number;
  /** How often this host has measured what most of it goes by; 0: a figure of the reference machine. */
  measured: number;
}

/** How long a step took; `plan` is over before anybody could be told. */
export interface StepDuration {
  step: RestoreStep | 'plan';
  ms: number;
  /** What the plan had said. */
  estimatedMs?: number;
}

/** What a plan is estimated by. */
type Estimated = Pick<RestorePlan, 'databases' | 'files' | 'services'>;

export const MEGABYTE = 1_000_000;

/** Tells from what this host has measured how long a plan will take; without the steps that will not be made. */
export async function estimateRestore(
  stateDirectory: string,
  manifest: Manifest,
  plan: Estimated,
  leftOut: readonly RestoreStep[] = [],
): Promise<RestoreEstimate> {
  const rates = await readRates(stateDirectory);
  const steps = restoreSteps.flatMap((step) => {
    const quantities = leftOut.includes(step) ? undefined : quantitiesOf(step, manifest, plan);
    return quantities ? [{ step, ...predict(rates[step], quantities) }] : [];
  });
  const standstillMs = countHalted(plan) > 0 ? (steps.find(({ step }) => step === 'swap')?.ms ?? 0) : 0;
  return sumUp(steps, standstillMs);
}

/** The whole of what the steps take. */
export function sumUp(steps: StepEstimate[], standstillMs = 0): RestoreEstimate {
  return {
    steps,
    totalMs: sum(steps, ({ ms }) => ms),
    standstillMs,
    measured: Math.min(...steps.map(({ measured }) => measured)),
  };
}

/** What was measured in a restore, as the rates have it. */
export function measure(durations: readonly StepDuration[], manifest: Manifest, plan: Estimated): Measure[] {
  return durations.flatMap(({ step, ms }) => {
    const quantities = step === 'plan' ? undefined : quantitiesOf(step, manifest, plan);
    return step !== 'plan' && quantities ? [{ step, ms, quantities }] : [];
  });
}

/** How much a step of a plan has to do; undefined where it is not made. */
function quantitiesOf(step: RestoreStep, manifest: Manifest, plan: Estimated): Quantities | undefined {
  const { databases, files } = plan;
  const service = countHalted(plan);
  switch (step) {
    case 'safety':
      return quantitiesOfSafety(manifest);
    case 'databases':
      if (databases.length === 0) return undefined;
      return { once: 1, megabyte: sum(databases, ({ record }) => record.sizeBytes) / MEGABYTE };
    case 'files':
      if (files.length === 0) return undefined;
      return {
        once: 1,
        megabyte: sum(files, ({ stageBytes }) => stageBytes) / MEGABYTE,
        entry: sum(files, ({ wanted }) => wanted.size),
      };
    // Where services were halted, the files are gone through once more.
    case 'swap':
      return {
        once: 1,
        service,
        entry: service > 0 ? sum(files, ({ source }) => countEntries(manifest.files[source])) : 0,
      };
    case 'health':
      return service > 0 ? { once: 1 } : undefined;
  }
}

/** It is of everything, whatever was chosen: about as much as the archive holds. */
export function quantitiesOfSafety({ databases, files }: Manifest): Quantities {
  return {
    once: 1,
    megabyte: sum(Object.values(databases), ({ sizeBytes }) => sizeBytes) / MEGABYTE,
    entry: sum(Object.values(files), countEntries),
  };
}

function countHalted({ services: { stop, hold } }: Estimated): number {
  return stop.length + hold.length;
}

function countEntries(record: FilesRecord | undefined): number {
  return record ? record.files + record.directories + record.links : 0;
}

function sum<T>(all: readonly T[], amountOf: (one: T) => number): number {
  return all.reduce((total, one) => total + amountOf(one), 0);
}
