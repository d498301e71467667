import { chmod, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { SshVaultConfig } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import { runCommand } from '../../system/run-command.ts';
import { openSession } from '../../vault/client/session.ts';
import { openSshTransport } from '../../vault/client/ssh-transport.ts';
import type { Platform } from '../platform.ts';

/** What is typed on the vault, as root, from a clone of the repository there. */
export const revokeCommand = 'sudo infrastructure/recovery/revoke-writer-key.sh';

/**
 * Proves that the vault no longer takes a stolen key.
 * @throws Failure `refused` where it does; any other `vault` failure as it is, since nothing is proven then.
 */
export async function requireRevoked(platform: Platform, vault: SshVaultConfig, oldKey: string): Promise<void> {
  const privateDirectory = platform.config.state;
  await mkdir(privateDirectory, { recursive: true, mode: 0o700 });
  const session = openSession(
    await openSshTransport({
      host: vault.host,
      port: vault.port,
      user: vault.user,
      directory: vault.path,
      key: { file: oldKey },
      knownHostsPath: vault.knownHosts,
      bundlePath: platform.vaultBundlePath,
      privateDirectory,
      log: platform.logger,
      ...platform.network,
      ...(platform.signal ? { signal: platform.signal } : {}),
    }),
  );
  try {
    await session.hello();
  } catch (error) {
    const isRefused = error instanceof Failure && /does not accept the key$/.test(error.message);
    if (isRefused) return;
    throw error;
  } finally {
    await session.close();
  }
  throw new Failure(
    'refused',
    `${session.label} still takes the stolen key ${oldKey}`,
    `Nothing was started. On the vault, type: ${revokeCommand}. Then run the same line again.`,
  );
}

export interface WriterKey {
  /** Of the private half. */
  file: string;
  /** The line for the vault. */
  publicKey: string;
  /** SHA256:…, as ssh-keygen prints it. */
  fingerprint: string;
  /** Where a key that lay there before was moved to. */
  putAside?: string;
}

/**
 * Makes the key that production will write to the vault with; its private half never leaves this machine. With
 * `replaces`, one that lies there is put aside; without, it stays and is described.
 * @throws Failure `failed` where ssh-keygen fails.
 */
export async function makeWriterKey(
  file: string,
  { replaces, now }: { replaces: boolean; now: Date },
): Promise<WriterKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const isThere = await exists(file);
  let putAside: string | undefined;
  if (isThere && replaces) {
    putAside = `${file}.before-${now.toISOString().replace(/\D/g, '').slice(0, 14)}`;
    await rename(file, putAside);
    await chmod(putAside, 0o600);
    await rename(`${file}.pub`, `${putAside}.pub`).catch(() => undefined);
  }
  if (!isThere || replaces) {
    // Killed in between, a run leaves nothing under the key's own name.
    const fresh = `${file}.new`;
    await runKeygen(['-q', '-t', 'rsa', '-b', '4096', '-N', '', '-C', `skills-hub-writer@${hostname()}`, '-f', fresh]);
    await rename(`${fresh}.pub`, `${file}.pub`);
    await rename(fresh, file);
  } else if (!(await exists(`${file}.pub`))) {
    throw new Failure(
      'config',
      `${file} lies there without its public half ${file}.pub`,
      `Make it again (ssh-keygen -y -f ${file} > ${file}.pub), or move the key away; then run the same line again.`,
    );
  }
  const publicKey = (await readFile(`${file}.pub`, 'utf8')).trim();
  const [, fingerprint = ''] = (await runKeygen(['-l', '-f', `${file}.pub`])).split(' ');
  return { file, publicKey, fingerprint, ...(putAside === undefined ? {} : { putAside }) };
}

async function runKeygen(args: readonly string[]): Promise<string> {
  // Asked whether it may overwrite what a killed run left, it takes the answer from here.
  const { code, stdout, stderr } = await runCommand('ssh-keygen', args, { input: 'y\n', timeoutMs: 120_000 });
  if (code === 0) return stdout;
  const what = `ssh-keygen failed: ${stderr.trim().slice(-300)}`;
  throw new Failure('failed', what, 'Install openssh-client and look at the folder of the key, then run it again.');
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
