import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyReference, SshVaultConfig } from '../config/config.ts';
import { resolveSecret } from '../config/secrets.ts';
import { Failure } from '../logging/failure.ts';
import type { KeySource } from '../vault/client/keys.ts';
import { checkDump } from '../sources/postgres/check-dump.ts';
import { surveyDump } from '../sources/postgres/survey-dump.ts';
import { openLocalTransport } from '../vault/client/local-transport.ts';
import { openSession } from '../vault/client/session.ts';
import type { SshOptions } from '../vault/client/ssh-options.ts';
import { openSshTransport } from '../vault/client/ssh-transport.ts';
import type { VaultClient } from '../vault/vault-client.ts';
import type { Platform } from './platform.ts';

/**
 * Opens the configured vault. The reader's key is used where the configuration names one; a plain account, and a
 * directory, know no difference.
 */
export async function openVault(platform: Platform, role: 'writer' | 'reader'): Promise<VaultClient> {
  const { vault } = platform.config;
  if (vault.kind === 'directory')
    return openSession(
      await openLocalTransport({ directory: vault.path, log: platform.logger, checkDump, surveyDump }),
    );
  const { privateDirectory, remove } = await makePrivateDirectory(platform);
  try {
    const session = openSession(await openSshTransport(await sshOptions(platform, vault, role, privateDirectory)));
    const close = session.close.bind(session);
    session.close = () => close().finally(remove);
    return session;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Hands the writer's account to somebody who speaks SSH by himself, with a private directory that goes afterwards. */
export async function withSshOptions<T>(
  platform: Platform,
  vault: SshVaultConfig,
  use: (options: SshOptions) => Promise<T>,
): Promise<T> {
  const { privateDirectory, remove } = await makePrivateDirectory(platform);
  try {
    return await use(await sshOptions(platform, vault, 'writer', privateDirectory));
  } finally {
    await remove();
  }
}

/** Private, because a key from the environment lies there. */
async function makePrivateDirectory({ temporary }: Platform) {
  const privateDirectory = await mkdtemp(join(temporary ?? tmpdir(), 'continuity-'));
  return { privateDirectory, remove: () => rm(privateDirectory, { recursive: true, force: true }) };
}

async function sshOptions(
  platform: Platform,
  vault: SshVaultConfig,
  role: 'writer' | 'reader',
  privateDirectory: string,
): Promise<SshOptions> {
  const account = role === 'reader' && vault.reader ? vault.reader : vault;
  return {
    host: vault.host,
    port: vault.port,
    user: account.user,
    directory: vault.path,
    key: await keySource(account.key, platform),
    knownHostsPath: vault.knownHosts,
    ...(vault.bandwidthLimitBytesPerSecond ? { bandwidthLimitBytes: vault.bandwidthLimitBytesPerSecond } : {}),
    bundlePath: platform.vaultBundlePath,
    privateDirectory,
    log: platform.logger,
    ...platform.network,
    ...(platform.signal ? { signal: platform.signal } : {}),
  };
}

async function keySource(reference: KeyReference, { environment }: Platform): Promise<KeySource> {
  if (reference.from === 'file') return { file: reference.file };
  if (reference.from === 'environment') {
    return { text: await resolveSecret(reference, environment), name: `the variable ${reference.variable}` };
  }
  const socket = environment['SSH_AUTH_SOCK'];
  if (!socket) {
    throw new Failure(
      'config',
      'the configuration asks for ssh-agent, but SSH_AUTH_SOCK is not set',
      'Start ssh-agent and add the key to it (ssh-add), or name a key-file. A runner has no agent: in a workflow give reader-key (the secret READER_KEY of its environment).',
    );
  }
  return { agent: socket };
}
