import type { Difference } from '../../sources/files/compare-tree.ts';

/** What a restore does to the entries of one file source, in numbers and a few names. Sizes in bytes. */
export interface FilesTally {
  /** Entries that are missing, differ, or are too many in the live folder. */
  add: number;
  replace: number;
  /** Of those that are replaced, folders: they stay, and get their time, mode and owner back. */
  alignedFolders: number;
  remove: number;
  /** Entries that are too many, and stay all the same. */
  stay: number;
  /** How many renames it takes in all. */
  renames: number;
  /** Content of what is added; live content of what is replaced, and of what goes. */
  addBytes: number;
  replaceBytes: number;
  removeBytes: number;
  /** Content that has to be fetched and staged. */
  stageBytes: number;
  /** The first names of what changes; a folder that comes or goes as a whole stands for what is in it. */
  examples: Record<Exclude<Difference['kind'], 'stay'>, string[]>;
}

/** More names than these help nobody to decide. */
const EXAMPLES = 10;

/** A count of nothing yet. */
export function startTally(): FilesTally {
  const none = { add: 0, replace: 0, alignedFolders: 0, remove: 0, stay: 0, renames: 0 };
  const bytes = { addBytes: 0, replaceBytes: 0, removeBytes: 0, stageBytes: 0 };
  return { ...none, ...bytes, examples: { add: [], replace: [], remove: [] } };
}

/** Counts one difference; they come in the archive's order, so that a folder comes before what is in it. */
export function countDifference(tally: FilesTally, difference: Difference): void {
  const { kind, relativeName, sizeBytes, liveBytes, renames } = difference;
  tally[kind]++;
  if (kind === 'stay') return;
  tally.renames += renames;
  tally.stageBytes += sizeBytes;
  if (kind === 'add') tally.addBytes += sizeBytes;
  if (kind === 'replace') tally.replaceBytes += liveBytes;
  if (kind === 'remove') tally.removeBytes += liveBytes;
  if (kind === 'replace' && isFolder(relativeName)) tally.alignedFolders++;
  else giveExample(tally.examples[kind], relativeName);
}

/** The source's own folder has the empty name. */
export function isFolder(relativeName: Buffer): boolean {
  return relativeName.length === 0 || relativeName.at(-1) === 0x2f;
}

function giveExample(examples: string[], relativeName: Buffer): void {
  if (examples.length === EXAMPLES) return;
  const name = relativeName.toString();
  const last = examples.at(-1);
  if (last?.endsWith('/') && name.startsWith(last)) return;
  examples.push(name === '' ? './' : name);
}
