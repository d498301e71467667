import type { PostgresCluster } from '../../../test/fixtures/postgres-cluster.ts';
import type { Sshd } from '../../../test/fixtures/sshd.ts';
import type { Step } from '../run-steps.ts';

/** Where a contender plays. Paths are absolute and without blanks. */
export interface Place {
  /** A folder on the client for all that it keeps, caches and stages. */
  client: string;
  /** A folder on the vault, which does not exist yet. */
  vault: string;
  /** The files to back up. */
  uploads: string;
  cluster: PostgresCluster;
  server: Server;
}

export interface Server {
  sshd: Sshd;
  host: string;
  /** That clients connect to. */
  port: number;
  knownHostsPath: string;
}

/** A way to back up. Its steps are measured, its preparation is not. */
export interface Contender {
  /** Makes what has to be there before the first night. */
  prepare(): Promise<void>;
  backUp(): Step[];
  /** Brings the newest backup back into an empty folder. `uploads` and `dumps` say where in there they lie then. */
  restoreAll(directory: string): { steps: Step[]; uploads: string; dumps: string };
  /** Brings one file back, named relative to the uploads, into an empty folder; `file` says where it lies then. */
  restoreFile(path: string, directory: string): { steps: Step[]; file: string };
}

/** A key's words for ssh, which reads nobody's own settings. */
export function listSshWords({ sshd, port, knownHostsPath }: Server, key: string): string[] {
  const settings = {
    UserKnownHostsFile: knownHostsPath,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    BatchMode: 'yes',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['ssh', '-F', 'none', ...options, '-i', sshd.clientKeyPath(key), '-p', `${port}`];
}
