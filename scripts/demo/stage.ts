import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { writeForcedCommand } from '../../test/fixtures/forced-command.ts';
import { startPostgresCluster, type PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';
import { createPlatformDatabases } from '../../test/fixtures/schemas.ts';
import { startSshd, type Sshd } from '../../test/fixtures/sshd.ts';
import { collectWarnings, type WarningCollector } from './warning-collector.ts';
import { generateUploads } from './uploads.ts';
import type { Workspace } from './workspace.ts';

/** Everything that the demo plays on. */
export interface Stage {
  cluster: PostgresCluster;
  sshd: Sshd;
  platform: Platform;
  warnings: WarningCollector;
  /** Where the files to protect lie, and where the vault does. */
  uploads: string;
  vault: string;
  /** The platform's calendar goes on. */
  passDays(days: number): void;
}

export interface StageOptions {
  workspace: Workspace;
  environment: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  vaultBundlePath: string;
  toolVersion: string;
}

/** Names of the databases on the server, by their names in the configuration. */
export const databaseNames = {
  app: 'skills_hub',
  keycloak: 'keycloak',
  odoo: 'odoo',
  mattermost: 'mattermost',
} as const;

/** Rows of each database's main tables. */
const rows = 10_000;
const DAY_MS = 86_400_000;
const URL_VARIABLE = 'DEMO_DATABASE_URL';

/** Starts a database server and a vault, and fills a platform with something to lose. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { workspace, environment, signal, vaultBundlePath, toolVersion } = options;
  const home = join(workspace.path, 'platform');
  mkdirSync(home, { mode: 0o700 });
  const uploads = join(home, 'uploads');
  const vault = join(workspace.path, 'vault');
  mkdirSync(vault, { mode: 0o700 });
  const command = (role: 'writer' | 'reader') => writeForcedCommand(vaultBundlePath, role, vault);
  const [cluster, sshd] = await Promise.all([
    workspace.start(startPostgresCluster()).then(async (started) => {
      await createPlatformDatabases(started, rows);
      generateUploads(uploads);
      return started;
    }),
    workspace.start(
      startSshd({
        keys: (['writer', 'reader'] as const).map((name) => ({ name, command: command(name) })),
        environment: pick(environment, ['PATH', 'LD_LIBRARY_PATH']),
      }),
    ),
  ]);
  const file = join(home, 'continuity.yml');
  writeFileSync(file, writeConfig(sshd, vault));
  const warnings = collectWarnings();
  let passedMs = 0;
  return {
    cluster,
    sshd,
    uploads,
    vault,
    warnings,
    platform: {
      config: await loadConfig(file),
      logger: warnings.logger,
      environment: { ...environment, [URL_VARIABLE]: cluster.url() },
      signal,
      now: () => new Date(Date.now() + passedMs),
      holder: 'demo',
      vaultBundlePath,
      toolVersion,
    },
    passDays: (days) => void (passedMs += days * DAY_MS),
  };
}

/** What sessions of the vault need to find their programs, wherever those were unpacked. */
function pick(environment: StageOptions['environment'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function writeConfig(sshd: Sshd, vault: string): string {
  const { host, port, user, knownHostsPath } = sshd;
  const quote = (text: string) => JSON.stringify(text);
  return [
    'state: state',
    'databases:',
    ...Object.entries(databaseNames).map(([key, name]) => `  ${key}: { url-env: ${URL_VARIABLE}, database: ${name} }`),
    'files:',
    '  uploads: { path: uploads }',
    'vault:',
    `  host: ${quote(host)}`,
    `  port: ${port}`,
    `  user: ${quote(user)}`,
    `  path: ${quote(vault)}`,
    `  key-file: ${quote(sshd.clientKeyPath('writer'))}`,
    `  known-hosts: ${quote(knownHostsPath)}`,
    `  reader: { user: ${quote(user)}, key-file: ${quote(sshd.clientKeyPath('reader'))} }`,
    '',
  ].join('\n');
}
