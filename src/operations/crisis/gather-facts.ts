import { formatTime } from '../../logging/format-time.ts';
import type { Platform } from '../platform.ts';
import type { CrisisOptions } from './options.ts';
import { archivePattern, usualClone, type StepFacts } from './step.ts';

/** What the steps are written from; without a platform, or an archive, with the names left open. */
export function gatherFacts(
  platform: Platform | undefined,
  options: CrisisOptions,
  seen: { chosen?: { name: string }; lacksReader: boolean } | undefined,
): StepFacts {
  const { scenario, since, lost, clone, configWords, repository } = options;
  const config = platform?.config;
  // Asked on a machine that has the key and no platform; what is restored in place is typed on production.
  const isElsewhere = config !== undefined && config.databases.length + config.files.length === 0;
  return {
    scenario,
    archive: seen?.chosen?.name ?? archivePattern,
    ...(since ? { since: formatTime(since, config?.timezone ?? 'Europe/Paris').slice(0, 16) } : {}),
    lost,
    clone: isElsewhere ? usualClone : clone,
    configWords,
    vaultWords: config ? describeVault(config) : [],
    vaultHost:
      config?.vault.kind === 'ssh' ? config.vault.host : config ? config.vault.path : 'tc-portail, 172.16.95.98',
    lacksReader: isElsewhere || (seen?.lacksReader ?? true),
    repository,
  };
}

/** What recover.sh has to be told, because it is not what it takes by itself. */
function describeVault({ vault, file }: Platform['config']): string[] {
  if (vault.kind === 'directory') return ['--config', file];
  const usual = { host: '172.16.95.98', port: 4660, path: '/srv/tc-data/backups', user: 'skills-backup' };
  const words = (name: string, value: string | number, expected: string | number): string[] =>
    value === expected ? [] : [name, String(value)];
  return [
    ...words('--vault-host', vault.host, usual.host),
    ...words('--vault-port', vault.port, usual.port),
    ...words('--vault-path', vault.path, usual.path),
    ...words('--reader-user', vault.reader?.user ?? 'skills-restore', 'skills-restore'),
    ...words('--writer-user', vault.user, usual.user),
  ];
}
