import { createHash } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../../logging/quantity-text.ts';
import { MAX_SEGMENT_BYTES } from '../../vault/protocol/limits.ts';
import type { ProgramEnd } from '../../vault/client/run-program.ts';
import type { Attempt, Judgement } from './attempt.ts';
import type { AttackGround } from './ground.ts';
import { conclude, readAnswer } from './judge.ts';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 25_000;

/** Always the same names: what a probe leaves, the next one overwrites, and the vault sweeps as unused. */
const nameOf = (what: string): string =>
  `${createHash('sha256').update(`skills-vault isolation probe: ${what}`).digest('hex')}.segment`;

/** Sends a file of zeros to a place of our choice; sparse here, whole on its way. */
async function send(ground: AttackGround, name: string, sizeBytes: number, destination: string): Promise<ProgramEnd> {
  const file = join(ground.options.privateDirectory, name);
  await writeFile(file, '');
  await truncate(file, sizeBytes);
  return await ground.sendFile(file, destination, TIMEOUT_MS);
}

/** What lies in the incoming area under that name, in bytes. */
async function findArrived(ground: AttackGround, name: string): Promise<number | undefined> {
  const { result } = readAnswer(await ground.ask('hello')) ?? {};
  const { incoming } = (result ?? {}) as { incoming?: Record<string, number> };
  if (!incoming) throw new Error('the vault does not say what has arrived');
  return incoming[name];
}

function judgePlace(end: ProgramEnd, hasArrived: boolean): Judgement {
  if (hasArrived) return conclude('refused', 'the place was ignored: it lies in the incoming area');
  if (end.code === 0) return conclude('succeeded', 'it was taken, and is not in the incoming area');
  return conclude(/refused/.test(end.stderr) ? 'refused' : 'inconclusive', end.stderr || `code ${String(end.code)}`);
}

/** The system's limit for a file (EFBIG, in whatever language), or the vault's own budget. */
const IN_SO_MANY_WORDS = / \(27\)|skills-vault: refused/;

/** What rsync gives as the reason, without the path before it. */
function readReason({ stderr, code }: ProgramEnd): string {
  const [, reason] = /: ([^:"]+) \(\d+\)\s*$/m.exec(stderr) ?? [];
  return reason ?? (stderr.trim().split('\n')[0] || `code ${String(code)}`);
}

const places: Record<string, string> = {
  'above the incoming area (..)': '../../nonexistent-skills-vault-probe/',
  'at an absolute place': '/nonexistent-skills-vault-probe/',
};

/** What really sends something: a byte, and one file that is a little larger than a segment may be. */
export const incomingAttempts: readonly Attempt[] = [
  ...Object.entries(places).map(([where, destination]): Attempt => ({
    area: 'incoming',
    what: `put a file ${where}`,
    isAlone: true,
    timeoutMs: TIMEOUT_MS,
    async run(ground) {
      const name = nameOf(where);
      // What an earlier probe has left there proves nothing: this one has another size.
      const sizeBytes = (await findArrived(ground, name)) === 1 ? 2 : 1;
      const end = await send(ground, name, sizeBytes, destination);
      return judgePlace(end, (await findArrived(ground, name)) === sizeBytes);
    },
  })),
  {
    area: 'incoming',
    what: `fill the disk: one file of ${formatBytes(MAX_SEGMENT_BYTES + MIB)}`,
    isAlone: true,
    timeoutMs: TIMEOUT_MS + 10_000,
    async run(ground) {
      const name = nameOf('oversized');
      const end = await send(ground, name, MAX_SEGMENT_BYTES + MIB, './');
      const arrived = await findArrived(ground, name);
      // A byte in its place, in case that much was taken.
      if (arrived !== undefined && arrived > 1) await send(ground, name, 1, './');
      if (end.code === 0) return conclude('succeeded', `${formatBytes(arrived ?? 0)} were taken in one file`);
      // A connection that breaks, or a disk that is full, would let it through another time.
      return conclude(IN_SO_MANY_WORDS.test(end.stderr) ? 'refused' : 'inconclusive', `cut off: ${readReason(end)}`);
    },
  },
];
