import { compareFingerprints } from '../../src/sources/postgres/fingerprints.ts';
import type { DatabaseProof } from './database-proof.ts';
import type { EntryProof, TreeProof } from './tree-proof.ts';

/** The whole platform at one moment. */
export interface PlatformProof {
  databases: Map<string, DatabaseProof>;
  tree: TreeProof;
}

/** What differs between two moments, one line each, for people; empty where everything is the same. */
export function findDifferences(before: PlatformProof, after: PlatformProof): string[] {
  return [
    ...compareMaps('database', before.databases, after.databases, compareDatabases),
    ...compareMaps('file', before.tree, after.tree, compareEntries),
  ];
}

function compareDatabases(before: DatabaseProof, after: DatabaseProof): string[] {
  const found = compareFingerprints(before.fingerprints, after.fingerprints);
  if (found.length > 0 || before.sha256 === after.sha256) return found;
  return ['its rows are the same, but not its definitions'];
}

function compareEntries(before: EntryProof, after: EntryProof): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof EntryProof)[]);
  return [...keys]
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} was ${describe(before[key])}, is ${describe(after[key])}`);
}

function describe(value: EntryProof[keyof EntryProof]): string {
  return value === undefined ? 'not there' : String(value);
}

function compareMaps<T>(
  kind: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  compare: (before: T, after: T) => string[],
): string[] {
  const differences: string[] = [];
  for (const [name, value] of before) {
    const other = after.get(name);
    const found = other === undefined ? ['is missing'] : compare(value, other);
    differences.push(...found.map((what) => `${kind} ${show(name)}: ${what}`));
  }
  for (const name of after.keys())
    if (!before.has(name)) differences.push(`${kind} ${show(name)}: was not there before`);
  return differences;
}

/** A name whose characters stand for bytes; the root has none. */
function show(name: string): string {
  return name === '' ? 'uploads' : JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'));
}
