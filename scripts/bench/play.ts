import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../demo/workspace.ts';
import { generateDataSet } from './data-set.ts';
import { createDatabases } from './databases.ts';
import { listEntrants } from './entrants.ts';
import { judgeGoals, type Goal } from './goals.ts';
import { prepareGround } from './ground.ts';
import { describeMachine, type Machine } from './machine.ts';
import { listNotes } from './notes.ts';
import type { BenchOptions } from './options.ts';
import { canCountExactly } from './program-group.ts';
import { compareEntrants, summarize, type Ratio, type Result } from './results.ts';
import { playRound, stages, type Round } from './rounds.ts';
import { requireSpace } from './space-needed.ts';

export interface BenchResult {
  machine: Machine;
  options: BenchOptions;
  notes: string[];
  /** What was backed up in the end. */
  files: number;
  fileBytes: number;
  rows: number;
  rounds: Round[];
  results: Result[];
  ratios: Ratio[];
  goals: Goal[];
}

export interface BenchSetting {
  workspace: Workspace;
  /** The bundles that are measured. */
  bundles: { continuity: string; vault: string };
  tell: (line: string) => void;
}

/**
 * Plays all rounds.
 * @throws Failure where anything goes wrong, or a backup does not bring back what was backed up.
 */
export async function playBench(
  options: BenchOptions,
  { workspace, bundles, tell }: BenchSetting,
): Promise<BenchResult> {
  const entrants = listEntrants({ ...options, oldArchives: options.archives });
  requireSpace(workspace.path, entrants, options.size + options.databaseSize);
  const machine = await describeMachine(options.only);
  tell('starting PostgreSQL and sshd');
  const ground = await prepareGround(workspace, entrants, bundles.vault);
  tell('making the data set');
  mkdirSync(join(workspace.path, 'data'));
  const dataSet = generateDataSet(join(workspace.path, 'data', 'uploads'), options.files, options.size);
  const databases = await createDatabases(ground.cluster, options.databaseSize);
  const rounds: Round[] = [];
  for (let number = 1; number <= options.repeat; number += 1) {
    const round = await playRound(number, {
      ...{ workspace, ground, entrants, dataSet, databases, tell },
      bundlePath: bundles.continuity,
      volumeBytes: 4 * (options.size + options.databaseSize) + 4_000_000_000,
      isScattered: options.scattered,
      hasExtras: options.extras,
    });
    rounds.push(round);
  }
  return {
    machine,
    options,
    notes: listNotes(options, {
      hasVolumes: ground.hasVolumes,
      hasCable: ground.instruments.network.isExact,
      countsExactly: canCountExactly(),
    }),
    files: dataSet.files.size,
    fileBytes: [...dataSet.files.values()].reduce((sum, size) => sum + size, 0),
    rows: databases.rows,
    rounds,
    results: summarize(rounds),
    ratios: stages.flatMap((stage) => compareEntrants(rounds, stage)),
    goals: judgeGoals(rounds),
  };
}
