import {
  chownSync,
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  ftruncateSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { evidencePath } from '../../test/fixtures/schemas/app.ts';
import { createDice, makeNoise, makeProse, rollSize } from './seeded.ts';

/** Students who have uploaded something: two files each. */
export const uploadingStudents = 310;

const medianBytes = 70_000;
const spread = 1.1;
const maximumBytes = 4_000_000;
const sparseBytes = 16 * 1024 * 1024;
/** An account other than ours, where we may give files away. */
const webServerId = 33;

/** Fills a new folder as the platform's `uploads` looks: mostly incompressible files, and everything odd that there is. */
export function generateUploads(folder: string): void {
  mkdirSync(folder, { mode: 0o750 });
  const dice = createDice(20_241_027);
  for (let student = 1; student <= uploadingStudents; student += 1) {
    mkdirSync(join(folder, 'students', `${student}`), { recursive: true });
    for (const number of [1, 2] as const) {
      const path = evidencePath(student, number);
      const bytes = Math.min(maximumBytes, rollSize(dice, medianBytes, spread));
      const content = student % 12 === 0 ? makeProse(path, bytes) : makeNoise(path, bytes);
      writeFileSync(join(folder, path), content, { mode: number === 1 ? 0o640 : 0o600 });
      if (process.getuid?.() === 0 && student % 3 === 0) chownSync(join(folder, path), webServerId, webServerId);
    }
  }
  addOddities(join(folder, 'shared'), folder);
}

function addOddities(shared: string, folder: string): void {
  mkdirSync(join(shared, 'empty folder'), { recursive: true });
  symlinkSync('../students/1', join(shared, 'first student'));
  symlinkSync('/nowhere/at/all', join(shared, 'dangling'));
  linkSync(join(folder, evidencePath(2, 1)), join(shared, 'same file, second name.pdf'));
  writeSparse(join(shared, 'recording.img'));
  writeFileSync(join(shared, 'Œuvre d’été 🎓.txt'), makeProse('œuvre', 900));
  writeFileSync(join(shared, '-rf *'), makeProse('dash', 300));
  writeFileSync(join(shared, 'two\nlines'), makeProse('lines', 200));
  // Latin-1, as old clients wrote: two names that are not UTF-8, and that would be one if anybody decoded them.
  for (const byte of ['é', 'è']) {
    const name = Buffer.concat([Buffer.from(`${shared}/caf`), Buffer.from(byte, 'latin1'), Buffer.from('.txt')]);
    writeFileSync(name, makeProse(byte, 100), { mode: 0o604 });
  }
}

/** A file of 16 MiB that takes a few kilobytes: two islands in a sea of nothing. */
function writeSparse(path: string): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, sparseBytes);
  writeSync(file, makeNoise('island 1', 5000), 0, 5000, 1_000_000);
  writeSync(file, makeNoise('island 2', 5000), 0, 5000, 12_000_000);
  closeSync(file);
}
