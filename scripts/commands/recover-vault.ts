import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, SshVaultConfig } from '../../src/config/config.ts';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { locateConfig } from '../../src/config/locate.ts';
import { Failure } from '../../src/logging/failure.ts';
import type { OptionValues } from './command.ts';

/** Options that say where the vault is, over what a configuration says; a blank machine has none. */
export const vaultOptions = [
  { flags: '--reader-key <file>', description: 'private key of whoever restores; mode 0600' },
  { flags: '--known-hosts <file>', description: "file that pins the vault's host keys" },
  { flags: '--vault-host <host>', description: 'default: as configured, else 172.16.95.98' },
  { flags: '--vault-port <port>', description: 'default: as configured, else 4660' },
  { flags: '--vault-path <dir>', description: 'default: as configured, else /srv/tc-data/backups' },
  { flags: '--reader-user <account>', description: 'default: as configured, else skills-restore' },
  { flags: '--writer-user <account>', description: 'default: as configured, else skills-backup' },
  { flags: '--state <dir>', description: 'where progress is noted (default: /var/lib/skills-hub-continuity)' },
] as const;

const usualState = '/var/lib/skills-hub-continuity';

/** The configuration that is there, if any. @throws Failure `config` where one is there and wrong. */
async function findConfig(options: OptionValues, directory: string): Promise<Config | undefined> {
  const requested = options['config'] as string | undefined;
  const path = await locateConfig(requested, directory).catch(() => undefined);
  // One that is named may still be in the kit.
  const isThere = path !== undefined && (requested === undefined || existsSync(path));
  return isThere ? await loadConfig(path) : undefined;
}

/**
 * What is known before the recovery kit is there: the configuration that lies on this machine, or the vault alone.
 * @throws Failure `usage` where the reader's key or the pinned host keys are not named.
 */
export async function loadEarlyConfig(options: OptionValues, directory: string): Promise<Config> {
  const found = await findConfig(options, directory);
  const config = withVault(found ?? describeVaultAlone(options, directory), options, directory);
  // The same place before and after the kit has brought a configuration: else a later run would not find what is done.
  return { ...config, state: resolve(directory, (options['state'] as string | undefined) ?? usualState) };
}

/** The configuration that the platform runs with. @throws Failure `config` where there is none by now. */
export async function loadFullConfig(options: OptionValues, directory: string): Promise<Config> {
  const path = await locateConfig(options['config'] as string | undefined, directory);
  return withVault(await loadConfig(path), options, directory);
}

/** Where the configuration is, or is to be: beside it the platform's files go, unless it names a root. */
export function configPathIn(options: OptionValues, directory: string): string {
  return resolve(directory, (options['config'] as string | undefined) ?? 'continuity.yml');
}

function describeVaultAlone(options: OptionValues, directory: string): Config {
  const { readerKey, knownHosts } = options;
  if (readerKey === undefined || knownHosts === undefined) {
    throw new Failure(
      'usage',
      `without a continuity.yml, ${readerKey === undefined ? '--reader-key' : '--known-hosts'} has to be given`,
      'Nothing was started. Bring the key of whoever restores and the pinned host keys of the vault (docs/manuel-exploitation.md), or name a configuration: --config FILE.',
    );
  }
  const vault = {
    host: '172.16.95.98',
    'key-file': '/etc/skills-hub/writer_rsa',
    'known-hosts': resolve(directory, knownHosts as string),
  };
  const content = JSON.stringify({ vault });
  return parseConfig(content, configPathIn(options, directory));
}

/** The vault as the options say; whoever recovers reads with the key that they brought. */
function withVault(config: Config, options: OptionValues, directory: string): Config {
  const { vault } = config;
  if (vault.kind === 'directory') return config;
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const readerKey = text('readerKey');
  const knownHosts = text('knownHosts');
  if (readerKey === undefined && vault.reader?.key.from !== 'agent' && vault.reader?.key.from !== 'environment') {
    throw new Failure(
      'usage',
      'a recovery reads with the key of whoever restores: --reader-key has to be given',
      'Nothing was started. Bring that private key to this machine for the time of the recovery (docs/manuel-exploitation.md); an ssh-agent serves as well where continuity.yml names it.',
    );
  }
  const port = text('vaultPort');
  if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port))
    throw new Failure('usage', '--vault-port: expected a port', 'Nothing was started.');
  const changed: SshVaultConfig = {
    ...vault,
    host: text('vaultHost') ?? vault.host,
    port: port === undefined ? vault.port : Number(port),
    path: text('vaultPath') ?? vault.path,
    user: text('writerUser') ?? vault.user,
    knownHosts: knownHosts === undefined ? vault.knownHosts : resolve(directory, knownHosts),
    ...(readerKey === undefined
      ? {}
      : {
          reader: {
            user: text('readerUser') ?? vault.reader?.user ?? 'skills-restore',
            key: { from: 'file', file: resolve(directory, readerKey) } as const,
          },
        }),
  };
  return { ...config, vault: changed };
}
