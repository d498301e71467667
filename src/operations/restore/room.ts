import { stat } from 'node:fs/promises';
import { rootOfContainer } from '../../sources/compose/container-root.ts';
import { findRunning } from '../../sources/compose/container.ts';
import { findDataDisk, type DataDisk } from '../../sources/postgres/data-folder.ts';
import { findPlaces, type TableId } from '../../sources/postgres/stage-part.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { groupBy } from '../../system/group-by.ts';
import { measureRoom, RESERVE_BYTES } from '../../system/disk-room.ts';
import { connectServer } from '../connect-server.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import type { FilesPlan } from './files-plan.ts';
import type { PlannedDatabase } from './restore-plan.ts';
import { resolveRoot } from './resolve-root.ts';

type Demand = Pick<PlannedDatabase, 'key' | 'record' | 'exists' | 'sizeBytes'>;

/** A database takes more room than its dump: indexes, and the log of what was written. */
const DATABASE_FACTOR = 2.5;
/** Lists of names and segments on their way to the vault need less than this. */
const STATE_BYTES = 256 * 1024 * 1024;

/**
 * Looks whether the databases that are to be staged fit beside the live ones, and beside the files that are staged on the
 * same disk, where the disk of their server can be seen: in a container of this host, or on this host itself. Refused is
 * what surely does not fit. The databases come back with what their disk has free.
 */
export async function checkRoom<Database extends Demand>(
  platform: Platform,
  databases: readonly Database[],
  files: readonly Pick<FilesPlan, 'path' | 'stageBytes'>[],
): Promise<{ databases: (Database & { freeBytes?: number })[]; refusals: string[]; warnings: string[] }> {
  const sources = [...new Set(databases.map(({ record }) => record.source))];
  const found = sources.map(
    async (source) => [source, await findDisk(platform, source).catch(() => undefined)] as const,
  );
  const disks = new Map(await Promise.all(found));
  const filesOn = await sumByDevice(files);
  const refusals: string[] = [];
  const warnings: string[] = [];
  const placed = databases.flatMap((database) => {
    const disk = disks.get(database.record.source);
    return disk ? [{ database, disk }] : [];
  });
  for (const [device, members] of groupBy(placed, ({ disk }) => disk.device)) {
    const demands = members.map(({ database }) => database);
    const freeBytes = Math.min(...members.map(({ disk }) => disk.freeBytes));
    const judged = judgeRoom(demands, freeBytes, filesOn.get(device));
    if (judged) (judged.isRefused ? refusals : warnings).push(judged.sentence);
  }
  const seen = databases.map((planned) => {
    const disk = disks.get(planned.record.source);
    return disk ? { ...planned, freeBytes: disk.freeBytes } : planned;
  });
  return { databases: seen, refusals, warnings };
}

/**
 * Looks whether some tables of a dump fit, or all of it under a new name: as little is staged as they take, and put beside
 * or in place once more. Nothing is said where the archive does not say how large they are.
 */
export async function checkPartRoom(
  platform: Platform,
  { key, record }: Pick<Demand, 'key' | 'record'>,
  tables: readonly TableId[],
  isWhole: boolean,
): Promise<{ refusals: string[]; warnings: string[] }> {
  const places = tables.length > 0 ? findPlaces(record, tables, isWhole) : [{ length: record.sizeBytes }];
  if (!places) return { refusals: [], warnings: [] };
  const sizeBytes = places.reduce((sum, { length }) => sum + length, 0);
  return await checkRoom(platform, [{ key, record: { ...record, sizeBytes }, exists: false, sizeBytes: 0 }], []);
}

/** What is to be said of databases that are to be staged on one disk, with so many bytes of files; undefined where they fit. */
function judgeRoom(
  demands: readonly Demand[],
  freeBytes: number,
  filesBytes = 0,
): { isRefused: boolean; sentence: string } | undefined {
  const expected = demands.reduce((sum, demand) => sum + expectBytes(demand), filesBytes);
  const least = demands.reduce((sum, demand) => sum + leastBytes(demand), filesBytes);
  if (freeBytes >= expected + RESERVE_BYTES) return undefined;
  const names = demands.map(({ key }) => key).join(', ');
  const room = `${names}: the disk of the server's data folder has ${formatBytes(freeBytes)} free`;
  const among = filesBytes > 0 ? ` (${formatBytes(filesBytes)} of files among them)` : '';
  if (freeBytes < least) {
    return { isRefused: true, sentence: `${room}, and at least ${formatBytes(least)} are to be staged there${among}` };
  }
  return {
    isRefused: false,
    sentence: `${room}, and about ${formatBytes(expected)} are to be staged there${among}: a server whose disk is full stops; make room first`,
  };
}

/** How much is staged on which disk. */
async function sumByDevice(
  files: readonly Pick<FilesPlan, 'path' | 'stageBytes'>[],
): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (const { path, stageBytes } of files) {
    const device = await resolveRoot(path)
      .then(({ existing }) => stat(existing, { bigint: true }))
      .then(({ dev }) => String(dev))
      .catch(() => undefined);
    if (device !== undefined) sums.set(device, (sums.get(device) ?? 0) + stageBytes);
  }
  return sums;
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

/**
 * Looks whether there is room in the state directory: for `copyBytes` of the archive itself, without which nothing begins,
 * and for what any restore puts there meanwhile, of which nobody knows how much it will be.
 */
export async function checkStateRoom(
  stateDirectory: string,
  copyBytes = 0,
): Promise<{ refusals: string[]; warnings: string[] }> {
  const { existing } = await resolveRoot(stateDirectory);
  const room = await measureRoom(existing).catch(() => undefined);
  const needed = copyBytes + STATE_BYTES;
  if (!room || room.freeBytes >= needed) return { refusals: [], warnings: [] };
  const has = `the disk of the state folder ${stateDirectory} has ${formatBytes(room.freeBytes)} free`;
  if (copyBytes > 0 && room.freeBytes < copyBytes + RESERVE_BYTES) {
    return {
      refusals: [
        `${has}, and the whole archive has to be copied there, ${formatBytes(copyBytes)}: make room there first`,
      ],
      warnings: [],
    };
  }
  const maybe = `${formatBytes(needed)} may be needed there, for the safety backup and what a restore puts there meanwhile`;
  return { refusals: [], warnings: [`${has}: ${maybe}`] };
}
