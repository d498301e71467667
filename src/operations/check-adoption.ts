import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import { Failure } from '../logging/failure.ts';
import type { Environment } from '../system/run-command.ts';
import { stampPath, workflowsFolder } from './init/adoption/installed-paths.ts';
import { findMissingScripts } from './init/adoption/package-scripts.ts';
import { readRepositoryFile } from './init/adoption/repository-file.ts';
import { digestOf, readStamp, type Stamp } from './init/adoption/stamp.ts';
import { findGaps } from './init/config/coverage.ts';
import { describeCoverage } from './init/describe-coverage.ts';
import { configPath, listUrlEnvs } from './init/plan-config.ts';
import { findAbsences } from './init/foreign.ts';
import { requireWorkTree } from './init/require-work-tree.ts';
import { survey } from './init/survey.ts';

export interface CheckOptions {
  /** The application's repository. */
  readonly directory: string;
  /** Version of the program that checks. */
  readonly toolVersion: string;
  readonly composeFiles?: readonly string[];
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

export interface CheckResult {
  /** What is not as it should be, each with what to do. */
  readonly findings: readonly string[];
  readonly warnings: readonly string[];
  /** Paths of the compose files that were found. */
  readonly composeFiles: readonly string[];
  /** Labels of what may hold data and is left out until somebody has decided. */
  readonly open: readonly string[];
  /** Workflows and npm scripts of our names that are missing or somebody else's, though nobody declined ours. */
  readonly absent: readonly string[];
  /** Files that were compared with what their version writes. */
  readonly checked: number;
}

/**
 * Whether an application's repository is as `init` left it: continuity.yml valid and with a word on everything in the
 * compose file, workflows and bundles what their version writes. Changes nothing, and needs no clone of the toolkit.
 * @throws Failure `usage` outside of a repository, `config` for a wrong continuity.yml.
 */
export async function checkAdoption(options: CheckOptions): Promise<CheckResult> {
  const { environment, toolVersion } = options;
  const directory = await requireWorkTree(options.directory, environment);
  const content = (await readRepositoryFile(directory, configPath))?.toString();
  if (content === undefined) {
    throw new Failure('config', `there is no ${configPath}`, 'Run continuity init from a clone of the toolkit.');
  }
  const config = parseConfig(content, join(directory, configPath));
  const stamp = readStamp((await readRepositoryFile(directory, stampPath))?.toString() ?? '');
  const named = options.composeFiles ?? stamp?.composeFiles;
  const found = await survey({ ...options, ...(named ? { composeFiles: named } : {}), directory });
  const gaps = findGaps({ config, content, proposal: found.proposal });
  const coverage = describeCoverage(found, { content, config, gaps, isByHand: false });
  const findings = coverage.gaps.map(
    (gap) => `continuity.yml says nothing about ${gap}: add it, or leave it out: "# not covered: …: reason"`,
  );
  const absences = stamp ? await findAbsences(directory, stamp) : [];
  const warnings = [...coverage.warnings, ...absences.map(({ warning }) => warning)];
  if (!stamp) {
    findings.push(`${stampPath} is missing or damaged: run continuity init`);
  } else {
    findings.push(...(await compareFiles(directory, stamp)), ...(await findUnnamedSecrets(directory, config, stamp)));
    warnings.push(
      ...Object.keys(stamp.byHand).map((path) => `${path} is kept by hand, not as version ${stamp.version} writes it`),
    );
    if (stamp.version !== toolVersion) {
      findings.push(`written by version ${stamp.version}, and this is ${toolVersion}: run continuity init to upgrade`);
    }
  }
  const scripts = (await readRepositoryFile(directory, 'package.json'))?.toString();
  findings.push(
    ...findMissingScripts(scripts).map((name) => `package.json: the script ${name} is missing or another version's`),
  );
  const { composeFiles, open } = coverage;
  const absent = absences.map(({ name }) => name);
  return { findings, warnings, composeFiles, open, absent, checked: Object.keys(stamp?.files ?? {}).length };
}

async function compareFiles(directory: string, { files, byHand, version }: Stamp): Promise<string[]> {
  const findings: string[] = [];
  for (const [path, digest] of Object.entries(files)) {
    const content = await readRepositoryFile(directory, path);
    const present = content === undefined ? null : digestOf(content);
    const expected = path in byHand ? (byHand[path] as string | null) : digest;
    if (present === expected) continue;
    const state = present === null ? 'is missing' : `is not what version ${version} wrote`;
    findings.push(`${path} ${state}: run continuity init, which shows the difference and asks`);
  }
  return findings;
}

/** A database that came later: its connection string has to reach the workflows that dump and restore. */
async function findUnnamedSecrets(directory: string, config: Config, stamp: Stamp): Promise<string[]> {
  const findings: string[] = [];
  for (const path of [`${workflowsFolder}/backup.yml`, `${workflowsFolder}/restore.yml`]) {
    if (!(path in stamp.files) || path in stamp.byHand) continue;
    const content = (await readRepositoryFile(directory, path))?.toString() ?? '';
    for (const name of listUrlEnvs(config)) {
      if (new RegExp(`^\\s+${name}: `, 'm').test(content)) continue;
      findings.push(`${path} does not hand over ${name}, which continuity.yml names: run continuity init`);
    }
  }
  return findings;
}
