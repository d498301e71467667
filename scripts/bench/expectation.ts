import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from '../../src/logging/failure.ts';
import type { PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';
import { findDifferences } from '../demo/differences.ts';
import { proveTree, type TreeProof } from '../demo/tree-proof.ts';
import { dumpDatabases } from './contenders/dump-step.ts';
import { databaseNames } from './databases.ts';
import type { ProgramGroup } from './program-group.ts';
import { runSteps } from './run-steps.ts';

/** What every backup of a night has to bring back. */
export interface Expectation {
  tree: TreeProof;
  /** Digests of the dumps. */
  dumps: Map<string, string>;
}

/** Reads all files, and dumps all databases into `scratch`. */
export async function expectBackup(
  uploads: string,
  cluster: PostgresCluster,
  scratch: string,
  group: ProgramGroup,
): Promise<Expectation> {
  mkdirSync(scratch);
  await runSteps([dumpDatabases(cluster, scratch)], group);
  const expectation = { tree: await proveToSeconds(uploads), dumps: await digestDumps(scratch) };
  rmSync(scratch, { recursive: true });
  return expectation;
}

/** @throws Failure `damaged` unless files, folders, links and dumps are the same. */
export async function requireExpected(
  { tree, dumps }: Expectation,
  restored: { uploads: string; dumps: string },
  label: string,
): Promise<void> {
  const nothing = new Map<string, never>();
  const differences = findDifferences(
    { databases: nothing, tree },
    { databases: nothing, tree: await proveToSeconds(restored.uploads) },
  );
  const found = await digestDumps(restored.dumps);
  for (const [name, digest] of dumps) if (found.get(name) !== digest) differences.push(`dump of ${name}: differs`);
  if (differences.length === 0) return;
  throw new Failure(
    'damaged',
    `what ${label} restores is not what was backed up:\n${differences.slice(0, 10).join('\n')}`,
    'Its figures are worth nothing. With --keep the files stay for a look.',
  );
}

/** @throws Failure `damaged` unless a file is what it is in the tree. */
export async function requireFile({ tree }: Expectation, path: string, restored: string, label: string): Promise<void> {
  const original = tree.get(path)?.sha256;
  // The proof of a tree that is one file.
  if (original !== undefined && (await proveTree(restored)).get('')?.sha256 === original) return;
  throw new Failure('damaged', `${label} restores another content of ${path}`, 'Its figures are worth nothing.');
}

/** A plain `tar czf` keeps times to the second only: more is asked of nobody. */
async function proveToSeconds(root: string): Promise<TreeProof> {
  const tree = await proveTree(root);
  for (const entry of tree.values()) entry.time = entry.time.slice(0, -9);
  return tree;
}

/** Newer versions of pg_dump guard their output with a word that is random each time. */
const RANDOM_WORD = /^\\(un)?restrict /;

async function digestDumps(folder: string): Promise<Map<string, string>> {
  const entries = databaseNames.map(async (name) => [name, await digestDump(join(folder, `${name}.sql`))] as const);
  return new Map(await Promise.all(entries));
}

async function digestDump(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (!RANDOM_WORD.test(line)) hash.update(line).update('\n');
  }
  return hash.digest('hex');
}
