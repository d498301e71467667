/** What answering a request needs of the settings where the file is silent: as people would write it there. */
export const servingDefaults = {
  directory: '/srv/tc-data/backups',
  accounts: {
    writer: 'skills-backup',
    reader: 'skills-restore',
    keeper: 'skills-vault',
    operators: 'skills-operators',
  },
  budgets: {
    incoming: '200GB',
    'incoming-files': 4096,
    reserve: '20GB',
    'seals-per-day': 48,
    'new-bytes-per-day': '400GB',
  },
  timezone: 'Europe/Paris',
  log: '/var/log/skills-vault/vault.log',
} as const;
