import type { Config } from '../../config/config.ts';
import type { Coverage } from './describe-coverage.ts';
import { listUrlEnvs } from './plan-config.ts';

/** What is left for people to do, in order. */
export function listNextSteps(config: Config, { open }: Coverage): string[] {
  const urls = listUrlEnvs(config);
  const secrets = [
    ...urls,
    ...(config.vault.kind === 'ssh' && config.vault.key.from === 'environment' ? ['WRITER_KEY'] : []),
  ];
  return [
    'Read continuity.yml: root: (where the data lies in production), every name and path, everything under not-covered:.',
    ...(open.length === 0 ? [] : [`Decide on what is not covered yet: ${open.join(', ')}.`]),
    ...(secrets.length === 0
      ? []
      : [
          `On GitHub, make the environments production and production-reader (branch main only), with the secrets ${secrets.join(', ')}.`,
        ]),
    'Put the secret READER_KEY into production-reader; make production-restore with required reviewers, and the variable RESTORE_ACTORS.',
    ...(config.vault.kind === 'ssh' && config.vault.key.from === 'file'
      ? [
          `Put the private key that adds archives into ${config.vault.key.file} on production (0600, root), or into the secret WRITER_KEY of both environments; enter both public keys on the vault.`,
        ]
      : []),
    'Register the production runner with the label skills-hub-production, and its job-started hook (infrastructure/runner in the toolkit).',
    'Pin the host key of the vault: ssh-keyscan, compared with what its own console shows, into the file of known-hosts:.',
    'Commit what was written.',
    'In a clone on production: npm run -s continuity -- doctor, then npm run -s prod:backup.',
    'docs/adoption.md in the toolkit has all of it, step by step.',
  ];
}
