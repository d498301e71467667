import { gzipSync } from 'node:zlib';
import type { Attempt } from './attempt.ts';
import type { Target } from './ground.ts';
import { judge, readAnswer } from './judge.ts';
import type { Said } from './said.ts';

const DAY_MS = 86_400_000;
/** More than a vault reads of one line. */
const BOMB_BYTES = 80 * 1024 * 1024;
/** Nobody has ever sent it: whatever else is let through, no archive can come of a recipe that needs it. */
const MISSING = `${'0'.repeat(63)}1.segment`;

/** A recipe whose only extent is in a segment that does not exist. */
function writeRecipe(segment: string): Buffer {
  const line = JSON.stringify({ name: 'probe', type: 'dir', offset: 0 });
  const add = { length: 4096, sha256: '0'.repeat(64), lines: [line] };
  return gzipSync(
    `${JSON.stringify({ recipe: 1, segments: [segment] })}\n${JSON.stringify({ add, from: { segment: 0, at: 0 } })}\n`,
  );
}

/** Sealed, or gone as far as to look for the bytes: then nothing else stood in the way. */
function findSeal(said: Said): string | undefined {
  const { result, error } = readAnswer(said) ?? {};
  if (result !== undefined) return 'it was sealed';
  const message = typeof error?.message === 'string' ? error.message : '';
  return message.includes('is not on the backup server') ? `it was let through as far as this: ${message}` : undefined;
}

const dated = (clock: Date, days: number): string =>
  `backup_full_${new Date(clock.getTime() + days * DAY_MS).toISOString().slice(0, 10)}.tar.gz`;

const names: readonly [what: string, write: (target: Target) => string][] = [
  ['seal an archive dated a year ago', ({ clock }) => dated(clock, -365)],
  ['seal an archive dated in a year', ({ clock }) => dated(clock, 365)],
  ['seal an archive dated four days ahead', ({ clock }) => dated(clock, 4)],
  ['replace the newest archive: its name, other content', ({ newest }) => newest],
  ['seal under a date that no calendar has', ({ clock }) => `backup_full_${clock.getUTCFullYear()}-02-30.tar.gz`],
  ['seal under a name of the former script', ({ clock }) => dated(clock, 0).replace('.tar', '_03-00.tar')],
  ['seal outside the vault’s folder', () => '../../etc/cron.d/probe'],
  ['seal under a name that is an option', () => '--help'],
];

const recipes: readonly [what: string, write: () => Buffer][] = [
  ['a recipe that names a file outside the incoming area', () => writeRecipe('../../nonexistent/skills-vault-probe')],
  ['a recipe that unpacks to 80 MB in one line', () => gzipSync(Buffer.alloc(BOMB_BYTES, 0x20))],
  ['a recipe that is no recipe', () => Buffer.from('skills-vault-probe')],
];

export const sealAttempts: readonly Attempt[] = [
  ...names.map(([what, write]): Attempt => ({
    area: 'seal',
    what,
    run: async (ground) =>
      judge(await ground.ask(`seal ${write(ground.target)}`, { body: writeRecipe(MISSING) }), findSeal),
  })),
  ...recipes.map(([what, write]): Attempt => ({
    area: 'seal',
    what: `seal ${what}`,
    run: async (ground) => judge(await ground.ask(`seal ${ground.target.freeToday}`, { body: write() }), findSeal),
  })),
];
