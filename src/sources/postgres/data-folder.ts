import { constants, open } from 'node:fs/promises';
import { measureRoom } from '../../system/disk-room.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { queryRows } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** The disk that a server keeps its databases on. */
export interface DataDisk {
  /** Its number on this host: one disk may have several servers. */
  device: string;
  freeBytes: number;
}

interface Folder {
  /** As the server names it; null where we may not ask. */
  path: string | null;
  port: number;
  /** Seconds since 1970. */
  started: number;
}

/** Between a server's two clocks of its own start. */
const START_SLACK_S = 60;
/** More than a `postmaster.pid` ever has. */
const PID_FILE_BYTES = 4096;

const select = `SELECT CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END AS path,
  current_setting('port')::int AS port, extract(epoch FROM pg_postmaster_start_time())::bigint AS started`;

/**
 * Looks at the disk of a server's data folder, below `top` (the root of its container; empty: this host's own). Undefined
 * where the server does not tell, where the folder is not to be seen from here, or is another server's.
 */
export async function findDataDisk(server: PostgresServer, top: string): Promise<DataDisk | undefined> {
  const options = { applicationName: restoreApplicationName };
  const [told] = await queryRows<Folder>(server, chooseMaintenanceDatabase(), select, options);
  if (!told?.path?.startsWith('/')) return undefined;
  const folder = await resolveFolder(top + told.path)
    .then((path) => OpenFolder.open(Buffer.from(path)))
    .catch(() => undefined);
  if (!folder) return undefined;
  try {
    if (!(await isOf(folder, told))) return undefined;
    const { dev } = await folder.handle.stat({ bigint: true });
    const { freeBytes } = await measureRoom(`/proc/self/fd/${folder.handle.fd}/.`);
    return { device: String(dev), freeBytes };
  } catch {
    // Not ours to read: then nothing is known.
    return undefined;
  } finally {
    await folder.close();
  }
}

/** Whether the server that told of the folder runs in it: by its port and its start, which it has noted there. */
async function isOf(folder: OpenFolder, { port, started }: Folder): Promise<boolean> {
  const path = folder.pathOf(Buffer.from('postmaster.pid'));
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PID_FILE_BYTES), 0, PID_FILE_BYTES, null);
    const [, , noted, notedPort] = buffer.toString('latin1', 0, bytesRead).split('\n');
    return Number(notedPort) === port && Math.abs(Number(noted) - started) <= START_SLACK_S;
  } finally {
    await file.close();
  }
}
