import { exitCodes, Failure, messageOf } from '../logging/failure.ts';
import { labelOf } from '../vault/client/ssh-options.ts';
import type { Attempt, AttackVerdict, AttemptOutcome, Judgement } from './attack/attempt.ts';
import { fileAttempts } from './attack/file-attempts.ts';
import { forwardAttempts } from './attack/forward-attempts.ts';
import { AttackGround } from './attack/ground.ts';
import { incomingAttempts } from './attack/incoming-attempts.ts';
import { conclude } from './attack/judge.ts';
import { rsyncAttempts } from './attack/rsync-attempts.ts';
import { sealAttempts } from './attack/seal-attempts.ts';
import { environmentAttempts, findShell, shellAttempts, shellCommand } from './attack/shell-attempts.ts';
import { lookAround, nowhere } from './attack/target.ts';
import { wordAttempts } from './attack/word-attempts.ts';
import { withSshOptions } from './open-vault.ts';
import type { Platform } from './platform.ts';

export interface AttackOptions {
  /** Default: all. */
  attempts?: readonly Attempt[];
  /** For the whole; what is not tried by then is unclear. Default: a minute. */
  limitMs?: number;
}

export interface AttackResult {
  vault: string;
  /** The worst of all attempts: `succeeded` where anything got through. */
  verdict: AttackVerdict;
  /** False where one account holds both the uploads and the archives: a flaw in one program is then enough. */
  isProvisioned: boolean;
  /** Production's key leads to a shell: nothing else was tried, since everything is possible there. */
  hasShell: boolean;
  attempts: AttemptOutcome[];
  durationMs: number;
  exitCode: number;
}

const ATTEMPT_TIMEOUT_MS = 8_000;
/** A server allows ten on one connection unless told otherwise. */
const AT_ONCE = 4;
const TOTAL_MS = 60_000;

export const attempts: readonly Attempt[] = [
  ...shellAttempts,
  ...fileAttempts,
  ...forwardAttempts,
  ...environmentAttempts,
  ...rsyncAttempts,
  ...wordAttempts,
  ...sealAttempts,
  ...incomingAttempts,
];

/**
 * Tries, with production's own key, what an attacker with it would try (docs/attack.md). Nothing that it does could harm
 * an archive even where it succeeds. On an account with a shell it stops at once: there everything is possible.
 * @throws Failure `config` where the vault is no other machine, `vault` where it cannot be reached
 */
export async function attackVault(
  platform: Platform,
  { attempts: wanted = attempts, limitMs = TOTAL_MS }: AttackOptions = {},
): Promise<AttackResult> {
  const { vault } = platform.config;
  if (vault.kind === 'directory') {
    throw new Failure(
      'config',
      'the vault is a directory of this host: whoever is root here can do anything to it',
      'Only a vault that is reached over SSH can withstand an attack: docs/vault.md.',
    );
  }
  return await withSshOptions(platform, vault, async (options) => {
    const ground = await AttackGround.open(options, nowhere(vault.path, platform.now()));
    const begun = Date.now();
    try {
      platform.logger.phase(`Attack ${labelOf(options)}`);
      const seen = await lookAround(ground, (said) => findShell(said) !== undefined);
      const chosen = seen.hasShell ? [shellCommand] : wanted;
      const limit = begun + limitMs;
      const outcomes = await runAll(chosen, (attempt) => {
        platform.signal?.throwIfAborted();
        return runAttempt(ground, attempt, limit - Date.now());
      });
      const verdict = judgeAll(outcomes);
      return {
        vault: labelOf(options),
        verdict,
        ...seen,
        attempts: outcomes,
        durationMs: Date.now() - begun,
        exitCode: verdict === 'refused' ? exitCodes.ok : exitCodes.failed,
      };
    } finally {
      await ground.close();
    }
  });
}

/** Several at once, but for those that must be alone; the outcomes are in the order of the attempts. */
async function runAll(
  chosen: readonly Attempt[],
  run: (attempt: Attempt) => Promise<AttemptOutcome>,
): Promise<AttemptOutcome[]> {
  const outcomes = new Map<Attempt, AttemptOutcome>();
  const work = async (queue: Attempt[]): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) outcomes.set(next, await run(next));
  };
  const together = chosen.filter(({ isAlone }) => !isAlone);
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(together)));
  // One that hung has cost the others their connection: whatever is unclear is tried once more.
  const isOpen = (attempt: Attempt): boolean => attempt.isAlone || outcomes.get(attempt)?.verdict === 'inconclusive';
  await work(chosen.filter(isOpen));
  return chosen.flatMap((attempt) => outcomes.get(attempt) ?? []);
}

/** An attempt with its time limit; what it throws proves nothing. */
async function runAttempt(ground: AttackGround, attempt: Attempt, leftMs: number): Promise<AttemptOutcome> {
  const { area, what, timeoutMs = ATTEMPT_TIMEOUT_MS } = attempt;
  const begun = Date.now();
  const finish = (judgement: Judgement): AttemptOutcome => ({
    area,
    what,
    ...judgement,
    durationMs: Date.now() - begun,
  });
  if (leftMs <= 0) return finish(conclude('inconclusive', 'not tried: the time for the whole was used up'));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Judgement>((resolve) => {
    const limit = Math.min(timeoutMs, leftMs);
    timer = setTimeout(() => resolve(conclude('inconclusive', `no end within ${Math.round(limit / 1000)} s`)), limit);
  });
  try {
    const judgement = await Promise.race([
      attempt.run(ground).catch((error: unknown) => conclude('inconclusive', messageOf(error))),
      late,
    ]);
    // What hangs must not stand in the way of the next one.
    if (judgement.verdict === 'inconclusive') await ground.drop();
    return finish(judgement);
  } finally {
    clearTimeout(timer);
  }
}

function judgeAll(outcomes: readonly AttemptOutcome[]): AttackVerdict {
  const has = (wanted: AttackVerdict): boolean => outcomes.some(({ verdict }) => verdict === wanted);
  if (has('succeeded')) return 'succeeded';
  return has('inconclusive') || outcomes.length === 0 ? 'inconclusive' : 'refused';
}
