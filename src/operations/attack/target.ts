import { Failure } from '../../logging/failure.ts';
import { checkGreeting, checkStatus } from '../../vault/client/check-reply.ts';
import { labelOf } from '../../vault/client/ssh-options.ts';
import type { AttackGround, Target } from './ground.ts';
import { describeSaid, readAnswer } from './judge.ts';
import type { Said } from './said.ts';

/** Before any archive of ours, and of the right form. */
const FREE_NAME = 'backup_full_2000-01-02_03-04-05.tar.gz';

/** A vault of which nothing is known yet. */
export function nowhere(directory: string, clock: Date): Target {
  return { directory, clock, newest: FREE_NAME, older: FREE_NAME, free: FREE_NAME, freeToday: FREE_NAME };
}

/**
 * Asks what production may ask, and tells the ground what is there.
 * @throws Failure `vault` where neither a vault nor a shell answers
 */
export async function lookAround(
  ground: AttackGround,
  isShell: (said: Said) => boolean,
): Promise<{ hasShell: boolean; isProvisioned: boolean }> {
  const said = await ground.ask('hello');
  const { result } = readAnswer(said) ?? {};
  if (result === undefined) {
    if (isShell(await ground.ask('echo $((271*3041))'))) return { hasShell: true, isProvisioned: false };
    throw new Failure(
      'vault',
      `${labelOf(ground.options)} answers neither as a vault nor as a shell: ${describeSaid(said)}`,
      'Check the line of our key in authorized_keys on the backup server, and the log of sshd.',
    );
  }
  const { clock, newest, isProvisioned } = checkGreeting(result);
  const { archives } = checkStatus(readAnswer(await ground.ask('status'))?.result);
  const older = archives.find(({ name, isForeign }) => !isForeign && name !== newest?.name);
  ground.target = {
    ...ground.target,
    clock: new Date(clock),
    freeToday: chooseFree(
      clock,
      archives.map(({ name }) => name),
    ),
    ...(newest ? { newest: newest.name } : {}),
    ...(older ? { older: older.name } : {}),
  };
  return { hasShell: false, isProvisioned };
}

/** A name of today, by the vault's clock, that no archive has. */
function chooseFree(clock: string, taken: readonly string[]): string {
  const names = Array.from({ length: 60 }, (_, second) => {
    return `backup_full_${clock.slice(0, 10)}_00-00-${String(second).padStart(2, '0')}.tar.gz`;
  });
  return names.find((name) => !taken.includes(name)) ?? FREE_NAME;
}
