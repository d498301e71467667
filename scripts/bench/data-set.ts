import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDice, makeNoise } from '../demo/seeded.ts';
import { chooseShare, rollSizes } from './sizes.ts';
import { makeWords } from './words.ts';

/** The uploads that are backed up. Paths are relative to `folder`, sizes in bytes. */
export interface DataSet {
  readonly folder: string;
  readonly files: Map<string, number>;
  /** How often it has been changed. */
  days: number;
}

export interface DayOfChanges {
  rewritten: number;
  added: number;
  deleted: number;
  /** Of the new content. */
  changedBytes: number;
}

/** Of the files, by number and so about by bytes: photographs, videos and PDFs do not compress. */
const INCOMPRESSIBLE_SHARE = 0.93;
const FILES_PER_FOLDER = 40;
const PIECE_BYTES = 4 * 1024 * 1024;
const REWRITTEN_SHARE = 0.008;
const ADDED_SHARE = 0.002;

/** Fills a new folder with `count` files of `totalBytes` in all. */
export function generateDataSet(folder: string, count: number, totalBytes: number): DataSet {
  mkdirSync(folder, { mode: 0o750 });
  const dataSet: DataSet = { folder, files: new Map(), days: 0 };
  for (const [place, size] of rollSizes(count, totalBytes, 20_260_131).entries()) {
    writeFile(dataSet, nameOf(place), size);
  }
  return dataSet;
}

/** A day at which 1 % of the bytes changes: files rewritten at their size, new ones, and as many deleted. */
export function changeDataSet(dataSet: DataSet): DayOfChanges {
  dataSet.days += 1;
  const { folder, files, days } = dataSet;
  const dice = createDice(days);
  const names = [...files.keys()];
  const sizes = [...files.values()];
  const rewritten = chooseShare(sizes, REWRITTEN_SHARE, dice).map((place) => names[place] as string);
  const modelled = chooseShare(sizes, ADDED_SHARE, dice).map((place) => names[place] as string);
  let changedBytes = 0;
  const write = (name: string, size: number) => {
    writeFile(dataSet, name, size);
    changedBytes += size;
  };
  for (const name of rewritten) write(name, files.get(name) as number);
  for (const [place, name] of modelled.entries()) {
    write(join(`day_${days}`, `${place}.bin`), files.get(name) as number);
  }
  // As many and as large as those that came, so that the set stays what it is.
  const deleted = modelled.filter((name) => !rewritten.includes(name));
  for (const name of deleted) {
    rmSync(join(folder, name));
    files.delete(name);
  }
  return { rewritten: rewritten.length, added: modelled.length, deleted: deleted.length, changedBytes };
}

function nameOf(place: number): string {
  const student = Math.floor(place / FILES_PER_FOLDER);
  return join('students', `${student % 100}`, `student_${student}`, `${place % FILES_PER_FOLDER}.bin`);
}

/** Piece by piece: a file may be larger than memory. */
function writeFile({ folder, files, days }: DataSet, name: string, size: number): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const seed = `${name} of day ${days}`;
  const make = createDice(hashName(seed))() < INCOMPRESSIBLE_SHARE ? makeNoise : makeWords;
  const file = openSync(path, 'w', 0o640);
  for (let at = 0; at < size; at += PIECE_BYTES) {
    writeSync(file, make(`${seed}, byte ${at}`, Math.min(PIECE_BYTES, size - at)));
  }
  closeSync(file);
  files.set(name, size);
}

/** FNV-1a, to seed dice from a name. */
function hashName(name: string): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16_777_619);
  return hash >>> 0;
}
