import { stat } from 'node:fs/promises';
import { rootOfContainer } from '../../sources/compose/container-root.ts';
import { findRunning } from '../../sources/compose/container.ts';
import { findDataDisk, type DataDisk } from '../../sources/postgres/data-folder.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { groupBy } from '../../system/group-by.ts';
import { measureRoom, RESERVE_BYTES } from '../../system/disk-room.ts';
import { connectServer } from '../connect-server.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import type { FilesPlan } from './files-plan.ts';
import type { PlannedDatabase } from './restore-plan.ts';
import { resolveRoot } from './resolve-root.ts';

/** What is to be put on the disk of a source's server; sizes in bytes. */
export interface Demand {
  /** As people are told of it: the dump's name. */
  key: string;
  source: string;
  /** What it is expected to take, and less than which it never takes. */
  expectedBytes: number;
  leastBytes: number;
}

/** A database takes more room than its dump: indexes, and the log of what was written. */
export const DATABASE_FACTOR = 2.5;
/** Texts of a dump may be stored compressed: its rows never take less than this part of it. */
export const LEAST_FACTOR = 1 / 8;
/** Lists of names and segments on their way to the vault need less than this. */
const STATE_BYTES = 256 * 1024 * 1024;

/** What a whole database takes beside the live one, which says best what that is, unless much of it is gone. */
export function demandOf({
  key,
  record,
  exists,
  sizeBytes,
}: Pick<PlannedDatabase, 'key' | 'record' | 'exists' | 'sizeBytes'>): Demand {
  const expectedBytes = exists ? Math.max(sizeBytes, record.sizeBytes) : record.sizeBytes * DATABASE_FACTOR;
  // A live one may be blown up by what was deleted.
  const leastBytes = Math.max(record.sizeBytes * LEAST_FACTOR, Math.min(sizeBytes / 4, record.sizeBytes / 2));
  return { key, source: record.source, expectedBytes, leastBytes };
}

/**
 * Looks whether what is to be put on the disks of servers fits there, all of one disk together with the files that are
 * staged on it, where the disk of a server can be seen: in a container of this host, or on this host itself. Refused is
 * what surely does not fit. What is free comes by source.
 */
export async function checkRoom(
  platform: Platform,
  demands: readonly Demand[],
  files: readonly Pick<FilesPlan, 'path' | 'stageBytes'>[] = [],
): Promise<{ freeBytes: ReadonlyMap<string, number>; refusals: string[]; warnings: string[] }> {
  const found = [...new Set(demands.map(({ source }) => source))].map(async (source) => {
    const disk = await findDisk(platform, source).catch(() => undefined);
    return disk ? [{ source, ...disk }] : [];
  });
  const disks = (await Promise.all(found)).flat();
  const filesOn = await sumByDevice(files);
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const [device, members] of groupBy(disks, (disk) => disk.device)) {
    const placed = demands.filter(({ source }) => members.some((disk) => disk.source === source));
    const freeBytes = Math.min(...members.map((disk) => disk.freeBytes));
    const judged = judgeRoom(placed, freeBytes, filesOn.get(device));
    if (judged) (judged.isRefused ? refusals : warnings).push(judged.sentence);
  }
  return { freeBytes: new Map(disks.map(({ source, freeBytes }) => [source, freeBytes])), refusals, warnings };
}

/** What is to be said of what is put on one disk, with so many bytes of files; undefined where it fits. */
function judgeRoom(
  demands: readonly Demand[],
  freeBytes: number,
  filesBytes = 0,
): { isRefused: boolean; sentence: string } | undefined {
  const expected = Math.ceil(demands.reduce((sum, { expectedBytes }) => sum + expectedBytes, filesBytes));
  const least = Math.ceil(demands.reduce((sum, { leastBytes }) => sum + leastBytes, filesBytes));
  if (freeBytes >= expected + RESERVE_BYTES) return undefined;
  const names = [...new Set(demands.map(({ key }) => key))].join(', ');
  const room = `${names}: the disk of the server's data folder has ${formatBytes(freeBytes)} free`;
  const among = filesBytes > 0 ? ` (${formatBytes(filesBytes)} of files among them)` : '';
  if (freeBytes < least) {
    return { isRefused: true, sentence: `${room}, and at least ${formatBytes(least)} are to be put there${among}` };
  }
  return {
    isRefused: false,
    sentence: `${room}, and about ${formatBytes(expected)} are to be put there${among}: a server whose disk is full stops; make room first`,
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
