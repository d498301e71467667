import { Failure } from '../../src/logging/failure.ts';
import { proveDatabase } from './database-proof.ts';
import { findDifferences, type PlatformProof } from './differences.ts';
import { followEvidence } from './evidence.ts';
import { databaseNames, type Stage } from './stage.ts';
import { proveTree } from './tree-proof.ts';

/** Differences beyond these are counted, not listed. */
const LISTED = 10;

/** Where a restore keeps what it replaced, until it is forgotten. */
const isKept = (name: string) => name.startsWith('.continuity-');

/** Reads all databases and all files, and keeps what is to be the same again. */
export async function provePlatform({ cluster, uploads }: Stage): Promise<PlatformProof> {
  const [tree, ...databases] = await Promise.all([
    proveTree(uploads, isKept),
    ...Object.entries(databaseNames).map(
      async ([key, name]) => [key, await proveDatabase(cluster.url(name), name)] as const,
    ),
  ]);
  return { databases: new Map(databases), tree };
}

/** @throws Failure `damaged` that lists what differs. */
export function requireSame(before: PlatformProof, after: PlatformProof): void {
  refuse('what came back is not what was lost', findDifferences(before, after));
}

/** Reads the files once more. @throws Failure `damaged` where they differ, or anything lies beside them. */
export async function requireSameFiles(before: PlatformProof, { uploads }: Stage): Promise<void> {
  requireSame(before, { ...before, tree: await proveTree(uploads) });
}

/** Returns how many rows were followed. @throws Failure `damaged` where a row does not lead to its file. */
export async function requireEvidence({ cluster }: Stage, { tree }: PlatformProof): Promise<number> {
  const { rows, broken } = await followEvidence(cluster, tree);
  refuse('databases and files do not belong together', broken);
  return rows;
}

function refuse(what: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  const more = differences.length > LISTED ? [`and ${differences.length - LISTED} more`] : [];
  const lines = [...differences.slice(0, LISTED), ...more].map((line) => `  ${line}`);
  throw new Failure('damaged', [`${what}:`, ...lines].join('\n'), 'This is a fault of the toolkit: please report it.');
}
