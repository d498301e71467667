import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Manifest } from '../../archive/manifest.ts';
import type { Config } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { runDocker } from '../../sources/compose/docker.ts';
import { measureRoom } from '../../system/disk-room.ts';
import type { Platform } from '../platform.ts';

/** A database takes more room than its dump: indexes, and the log of what was written. */
const DATABASE_FACTOR = 2.5;
/** What must be left on every disk that receives something. */
const RESERVE_BYTES = 256 * 1024 * 1024;

interface Demand {
  path: string;
  bytes: number;
  what: string;
}

/**
 * Refuses before anything is started where an archive cannot fit on the disks of this machine.
 * @throws Failure `space`, with every disk that is too small.
 */
export async function checkRoom(platform: Platform, manifest: Manifest): Promise<void> {
  const demands = await listDemands(platform, manifest);
  const disks = new Map<number, { path: string; bytes: number; what: string[] }>();
  for (const { path, bytes, what } of demands) {
    const there = await findExisting(path);
    const { dev } = await stat(there);
    const disk = disks.get(dev) ?? { path: there, bytes: 0, what: [] };
    disks.set(dev, { ...disk, bytes: disk.bytes + bytes, what: [...disk.what, `${what} ${formatBytes(bytes)}`] });
  }
  const lacks: string[] = [];
  for (const { path, bytes, what } of disks.values()) {
    const { freeBytes } = await measureRoom(path);
    const line = `the disk of ${path} has ${formatBytes(freeBytes)} free, and takes ${formatBytes(bytes)} (${what.join(', ')})`;
    if (freeBytes < bytes + RESERVE_BYTES) lacks.push(line);
    else
      platform.logger.info(
        `   disque de ${path} : ${formatBytes(freeBytes)} libres, ${formatBytes(bytes)} à écrire (free; to be written): ${what.join(', ')}`,
      );
  }
  if (lacks.length === 0) return;
  throw new Failure(
    'space',
    `there is not enough room: ${lacks.join('; ')}; ${formatBytes(RESERVE_BYTES)} are to stay free`,
    'Nothing was started. Take a larger disk or volume, mount it there, and run the same line again.',
  );
}

async function listDemands({ config, environment }: Platform, manifest: Manifest): Promise<Demand[]> {
  const databases = Object.values(manifest.databases).filter(({ source }) => isHere(config, source));
  const docker = config.compose ? await findDockerRoot(environment) : undefined;
  const demands: Demand[] = [];
  const dumps = databases.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (docker !== undefined && databases.length > 0)
    demands.push({ path: docker, bytes: Math.ceil(dumps * DATABASE_FACTOR), what: 'databases' });
  for (const { name, place } of config.files) {
    const bytes = manifest.files[name]?.bytes ?? 0;
    const path = place.by === 'path' ? place.path : docker;
    if (path !== undefined) demands.push({ path, bytes, what: name });
  }
  return demands;
}

/** Servers that a connection string names may be anywhere. */
function isHere({ databases }: Config, source: string): boolean {
  return databases.some(({ name, reach }) => name === source && reach.by !== 'url');
}

async function findDockerRoot(environment: Platform['environment']): Promise<string> {
  const { code, stdout, stderr } = await runDocker(['info', '--format', '{{.DockerRootDir}}'], { environment });
  const path = stdout.trim();
  if (code === 0 && path.startsWith('/')) return path;
  const what = `Docker does not say where it keeps its volumes: ${stderr.trim().slice(0, 200)}`;
  throw new Failure('source', what, 'Look at docker info, then run the same line again.');
}

/** The folder itself, or the nearest one above it: what is missing will be made there. */
async function findExisting(path: string): Promise<string> {
  for (let current = path; ; current = dirname(current)) {
    const isThere = await stat(current).then(
      () => true,
      () => false,
    );
    if (isThere || current === dirname(current)) return current;
  }
}
