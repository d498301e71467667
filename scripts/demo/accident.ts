import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../src/logging/failure.ts';
import { formatBytes, formatDuration } from '../../src/logging/quantity-text.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore } from '../../src/operations/restore.ts';
import type { RestorePlan } from '../../src/operations/restore/restore-plan.ts';
import { status } from '../../src/operations/status.ts';
import type { PlatformProof } from './differences.ts';
import { requireSameFiles } from './prove-platform.ts';
import { databaseNames, type Stage } from './stage.ts';
import type { Story } from './story.ts';
import { countFiles } from './tree-proof.ts';

const report = 'This is a fault of the toolkit: please report it.';

/** What the toolkit has beside the live databases. */
const listKeptDatabases = "SELECT datname FROM pg_database WHERE datname LIKE 'continuity%';";

/** Somebody types what nobody should. */
export async function playAccident(
  story: Story,
  { cluster, uploads }: Stage,
  { tree }: PlatformProof,
): Promise<string> {
  await cluster.query('postgres', `DROP DATABASE ${databaseNames.app};`);
  story.harm('lost', `DROP DATABASE ${databaseNames.app}: students, portfolios, evidence`);
  await rm(join(uploads, 'students'), { recursive: true });
  const { files, bytes } = countFiles(new Map([...tree].filter(([path]) => path.startsWith('students/'))));
  story.harm('lost', `rm -rf uploads/students: ${files} files, ${formatBytes(bytes)}`);
  return 'a database and a folder gone';
}

/** Brings everything back to the second night, as an operator would: plan, confirmation, safety backup, swap. */
export async function playRestore(story: Story, { platform }: Stage): Promise<string> {
  story.command('restore latest');
  const result = await restore(platform, {
    archive: 'latest',
    confirm: async (plan) => {
      tellPlan(story, plan);
      story.fact('confirmed', `here an operator types ${plan.archive}`);
      return true;
    },
  });
  if (!result.done || !result.safety) throw new Failure('failed', 'nothing was restored', report);
  story.fact('safety', `what was left is backed up first, as ${result.safety.archive}`);
  story.fact(
    'swap',
    `all staged and proven beside, then put in place at once; ${formatBytes(result.fetchedBytes)} fetched`,
  );
  return `restored in ${formatDuration(result.durationMs)}`;
}

function tellPlan(story: Story, { archive, databases, files }: RestorePlan): void {
  story.fact('plan', archive);
  for (const { key, record, exists } of databases) {
    const tables = Object.keys(record.fingerprints.tables).length;
    const what = `${key.padEnd(12)}${`${tables} tables`.padEnd(12)}`;
    story.fact('plan', `${what}${exists ? 'replaces the live one' : 'is missing, will be created'}`);
  }
  for (const { source, archived, add, replace, remove, stageBytes } of files) {
    const what = `${source.padEnd(12)}${`${archived.files} files`.padEnd(12)}`;
    story.fact(
      'plan',
      `${what}adds ${add}, replaces ${replace}, removes ${remove}; ${formatBytes(stageBytes)} to fetch`,
    );
  }
}

/** Shows what the restore has replaced, and deletes it. */
export async function playForget(story: Story, stage: Stage, before: PlatformProof): Promise<string> {
  const { platform, cluster } = stage;
  story.command('status');
  const { kept } = await status(platform);
  const present = (await cluster.query('postgres', listKeptDatabases)).flat();
  for (const { id, archive, databases, files } of kept) {
    const former = databases
      .filter(({ kept: name }) => name !== undefined && present.includes(name))
      .map(({ source }) => source);
    story.fact('kept', `${id}, replaced by ${archive}:`);
    story.fact(
      'kept',
      `the former databases ${former.join(', ')}; former entries of ${files.map(({ source }) => source).join(', ')}`,
    );
  }
  story.command('forget');
  const { forgotten } = await forget(platform, { confirm: async () => true });
  const after = await status(platform);
  if (kept.length !== 1 || forgotten.length !== 1 || after.kept.length > 0) {
    throw new Failure(
      'failed',
      `${kept.length} restores were kept, ${forgotten.length} forgotten, ${after.kept.length} left`,
      report,
    );
  }
  await requireSameFiles(before, stage);
  const names = (await cluster.query('postgres', listKeptDatabases)).flat();
  if (names.length > 0) throw new Failure('failed', `databases are left: ${names.join(', ')}`, report);
  story.proof('forgotten', 'no database and no file of it is left');
  return 'nothing left behind';
}
