import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeForcedCommand } from '../../test/fixtures/forced-command.ts';
import { startPostgresCluster, type PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';
import { listDescendants } from '../../test/fixtures/processes.ts';
import { readPublicKey } from '../../test/fixtures/rsa-keys.ts';
import { startSshd } from '../../test/fixtures/sshd.ts';
import type { Workspace } from '../demo/workspace.ts';
import type { Server } from './contenders/contender.ts';
import { nameKeys, type Entrant } from './entrants.ts';
import type { Instruments } from './measure.ts';
import { layNetwork } from './network.ts';
import { createProgramGroup, type ProgramGroup } from './program-group.ts';
import { canMount } from './volume.ts';

/** Everything that stands for the whole run. */
export interface Ground {
  cluster: PostgresCluster;
  server: Server;
  instruments: Omit<Instruments, 'clientDisk'>;
  hasVolumes: boolean;
}

/** Where an entrant's vault lies: fixed, since its key's forced command names it. */
export const vaultOf = (workspace: Workspace, { label }: Entrant): { mountPoint: string; directory: string } => {
  const mountPoint = join(workspace.path, 'vaults', label);
  return { mountPoint, directory: join(mountPoint, 'store') };
};

/** Starts a database server and an sshd, with what counts for them. */
export async function prepareGround(
  workspace: Workspace,
  entrants: readonly Entrant[],
  vaultBundlePath: string,
): Promise<Ground> {
  const group = (name: string) => workspace.start(keepGroup(name));
  const [client, vault, database] = [await group('client'), await group('vault'), await group('database')];
  const network = await workspace.start(layNetwork());
  mkdirSync(join(workspace.path, 'vaults'));
  const hasVolumes = await canMount(workspace.path);
  // No work of the server's own while others are measured.
  const cluster = await workspace.start(startPostgresCluster({ settings: { autovacuum: 'off' } }));
  const server = await workspace.start(startServer(workspace, entrants, vaultBundlePath, { network, vault }));
  for (const { pid, name } of listDescendants(process.pid)) {
    if (name.startsWith('postgres')) database.add(pid);
    if (name.startsWith('sshd') && vault.launcher.length === 0) vault.add(pid);
  }
  return { cluster, server, instruments: { client, vault, database, network }, hasVolumes };
}

async function keepGroup(name: string): Promise<ProgramGroup> {
  return createProgramGroup(name);
}

async function startServer(
  workspace: Workspace,
  entrants: readonly Entrant[],
  vaultBundlePath: string,
  { network, vault }: Pick<Instruments, 'network' | 'vault'>,
): Promise<Server & { stop: () => Promise<void> }> {
  const ours = entrants.filter(({ kind }) => kind === 'ours');
  const sshd = await startSshd({
    host: network.serverHost,
    launcher: [...vault.launcher, ...network.serverLauncher],
    keys: [
      { name: 'plain' },
      ...ours.flatMap((entrant) =>
        (['writer', 'reader'] as const).map((role) => ({
          name: nameKeys(entrant)[role],
          command: writeForcedCommand(vaultBundlePath, role, vaultOf(workspace, entrant).directory),
        })),
      ),
    ],
    environment: { PATH: process.env['PATH'] ?? '' },
  });
  const port = await network.openPort(sshd.port);
  const knownHostsPath = join(workspace.path, 'known_hosts');
  writeFileSync(knownHostsPath, `[${sshd.host}]:${port} ${readPublicKey(sshd.hostKeyPath)}\n`);
  return { sshd, host: sshd.host, port, knownHostsPath, stop: () => sshd.stop() };
}
