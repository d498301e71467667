import { userInfo } from 'node:os';
import { Failure } from '../../src/logging/failure.ts';
import { findAccount } from '../../src/system/accounts.ts';

const PROGRAM = '/usr/local/lib/skills-vault/skills-vault';

/**
 * Makes this process the keeper's: root gives its rights up for good, so that nothing in the vault ever becomes root's.
 * @throws Failure `refused` for anybody else, with the line to type.
 */
export async function becomeKeeper(keeper: string): Promise<void> {
  const { uid, gid } = await findAccount(keeper);
  const ownUid = process.geteuid?.();
  if (ownUid === uid) return;
  if (ownUid !== 0) {
    throw new Failure(
      'refused',
      `upkeep of the vault is done by the account ${keeper}, and this is ${userInfo().username}`,
      `Nothing was done. Type: sudo -u ${keeper} ${[PROGRAM, ...process.argv.slice(2)].map(quote).join(' ')}`,
    );
  }
  // The types of Node do not know it.
  (process as { initgroups?: (user: string, extraGroup: number) => void }).initgroups?.(keeper, gid);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
