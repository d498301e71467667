import { readFile } from 'node:fs/promises';
import { Failure } from '../logging/failure.ts';
import { runCommand } from './run-command.ts';

/** An account of this machine. */
export interface Account {
  uid: number;
  /** Its first group. */
  gid: number;
}

/**
 * Looks an account up by its name: in /etc/passwd, or wherever else this machine keeps accounts.
 * @throws Failure `config` where there is none of that name.
 */
export async function findAccount(name: string): Promise<Account> {
  const local = findLine(await readFile('/etc/passwd', 'utf8'), name);
  // A directory service answers through getent only; without that program there is none.
  const found =
    local ?? findLine((await runCommand('getent', ['passwd', name]).catch(() => ({ stdout: '' }))).stdout, name);
  if (found) return found;
  throw new Failure(
    'config',
    `this machine has no account ${name}`,
    'Provision the vault (infrastructure/vault/provision.sh), or correct accounts: in its settings.',
  );
}

function findLine(lines: string, name: string): Account | undefined {
  const line = lines.split('\n').find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
