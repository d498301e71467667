import { rootOfContainer } from '../../sources/compose/container-root.ts';
import { findRunning } from '../../sources/compose/container.ts';
import { findDataDisk, type DataDisk } from '../../sources/postgres/data-folder.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { groupBy } from '../../system/group-by.ts';
import { measureRoom } from '../../system/disk-room.ts';
import { connectServer } from '../connect-server.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import type { PlannedDatabase } from './restore-plan.ts';
import { resolveRoot } from './resolve-root.ts';

type Demand = Pick<PlannedDatabase, 'key' | 'record' | 'exists' | 'sizeBytes'>;

/** A database takes more room than its dump: indexes, and the log of what was written. */
const DATABASE_FACTOR = 2.5;
/** What must be left on every disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Lists of names and segments on their way to the vault need less than this. */
const STATE_BYTES = 256 * 1024 * 1024;

/** What a check of the room came to, a sentence each. */
export interface RoomFindings {
  refusals: string[];
  warnings: string[];
  /** Free on the disk of a database's server, by the dump's key, where it can be seen from here. */
  freeBytes: Map<string, number>;
}

/**
 * Looks whether the databases that are to be staged fit beside the live ones, where the disk of their server can be seen:
 * in a container of this host, or on this host itself. Refused is what surely does not fit.
 */
export async function checkDatabaseRoom(platform: Platform, databases: readonly Demand[]): Promise<RoomFindings> {
  const seen = await Promise.all(
    [...groupBy(databases, ({ record }) => record.source)].map(async ([source, demands]) => {
      const disk = await findDisk(platform, source).catch(() => undefined);
      return disk ? demands.map((demand) => ({ demand, disk })) : [];
    }),
  );
  const placed = seen.flat();
  const found: RoomFindings = { refusals: [], warnings: [], freeBytes: new Map() };
  for (const { demand, disk } of placed) found.freeBytes.set(demand.key, disk.freeBytes);
  for (const members of groupBy(placed, ({ disk }) => disk.device).values()) {
    const freeBytes = Math.min(...members.map(({ disk }) => disk.freeBytes));
    const judged = judgeRoom(
      members.map(({ demand }) => demand),
      freeBytes,
    );
    if (judged) found[judged.isRefused ? 'refusals' : 'warnings'].push(judged.sentence);
  }
  return found;
}

/** What is to be said of databases that are to be staged on one disk; undefined where they fit. */
export function judgeRoom(
  demands: readonly Demand[],
  freeBytes: number,
): { isRefused: boolean; sentence: string } | undefined {
  const expected = demands.reduce((sum, demand) => sum + expectBytes(demand), 0);
  const least = demands.reduce((sum, demand) => sum + leastBytes(demand), 0);
  if (freeBytes >= expected + RESERVE_BYTES) return undefined;
  const names = demands.map(({ key }) => key).join(', ');
  const room = `${names}: the disk of the server's data folder has ${formatBytes(freeBytes)} free`;
  if (freeBytes < least) {
    return { isRefused: true, sentence: `${room}, and at least ${formatBytes(least)} are to be staged there` };
  }
  return {
    isRefused: false,
    sentence: `${room}, and about ${formatBytes(expected)} are to be staged there: a server whose disk is full stops; make room first`,
  };
}

/** The live database says best what a restored one takes, unless much of it is gone. */
function expectBytes({ record, exists, sizeBytes }: Demand): number {
  return Math.ceil(exists ? Math.max(sizeBytes, record.sizeBytes) : record.sizeBytes * DATABASE_FACTOR);
}

/** Less than this it never takes: a live one may be blown up by what was deleted, a dump's texts be stored compressed. */
function leastBytes({ record, sizeBytes }: Demand): number {
  return Math.ceil(Math.max(record.sizeBytes / 8, Math.min(sizeBytes / 4, record.sizeBytes / 2)));
}

async function findDisk(platform: Platform, source: string): Promise<DataDisk | undefined> {
  const database = platform.config.databases.find(({ name }) => name === source);
  if (!database) return undefined;
  const server = await connectServer(platform, database);
  const { reach } = database;
  // Whether it is on this host, the folder itself will tell.
  if (reach.by === 'url') return await findDataDisk(server, '');
  const { environment, signal } = platform;
  const name =
    reach.by === 'service'
      ? ({ ...reach, project: openProject(platform) } as const)
      : ({ ...reach, environment } as const);
  return await findDataDisk(server, await rootOfContainer(await findRunning(name, { signal })));
}

/** Warns where the state directory may be too small for what is put there, `bytes` besides what any restore puts there. */
export async function checkStateRoom(stateDirectory: string, bytes = 0): Promise<string[]> {
  const needed = bytes + STATE_BYTES;
  const { existing } = await resolveRoot(stateDirectory);
  const room = await measureRoom(existing).catch(() => undefined);
  if (!room || room.freeBytes >= needed) return [];
  return [
    `the disk of the state folder ${stateDirectory} has ${formatBytes(room.freeBytes)} free: ${formatBytes(needed)} may be needed there, for the safety backup and what is noted down`,
  ];
}
