import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { isRecord } from '../../system/is-record.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';

/**
 * What keeps a container from working meanwhile. `hold`: it is paused, since its files are reached through its first
 * program, and started afresh afterwards.
 */
export type Halt = 'stop' | 'pause' | 'hold';

/** A container that was running, and is to run again. */
export interface HaltedContainer {
  id: string;
  /** As people know it. */
  name: string;
  service: string;
  halt: Halt;
}

/** The containers that a run halts, on disk before it does so: whoever finds it has them run again. */
export interface HaltedRecord {
  version: 1;
  holder: string;
  since: string;
  containers: HaltedContainer[];
}

/**
 * Returns when the record is on disk.
 * @throws Failure `refused` where the record is none that we would read again: nothing is halted for it then.
 */
export async function writeHalted(stateDirectory: string, record: HaltedRecord): Promise<void> {
  const odd = record.containers.find((container) => !isHaltedContainer(container));
  if (odd) {
    const next = 'Give the service a name of letters, digits, "_", "." and "-" that does not begin with "-".';
    throw new Failure('refused', `service ${JSON.stringify(odd.service)} cannot be halted: its name is unusual`, next);
  }
  await writeDurably(pathIn(stateDirectory), `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** What is halted and not running again yet. @throws Failure `refused` where the record is none that we write. */
export async function readHalted(stateDirectory: string): Promise<HaltedRecord | undefined> {
  let text: string;
  try {
    text = await readFile(pathIn(stateDirectory), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = parse(text);
  if (isHaltedRecord(record)) return record;
  const isNewer = isRecord(record) && typeof record['version'] === 'number' && record['version'] > 1;
  throw new Failure(
    'refused',
    `${pathIn(stateDirectory)} ${isNewer ? 'was written by a newer version of the toolkit' : 'is not as the toolkit writes it'}`,
    'Start the services that it names (docker compose up -d), then move it away.',
  );
}

/** All of them run again. */
export async function removeHalted(stateDirectory: string): Promise<void> {
  await rm(pathIn(stateDirectory), { force: true });
  await syncDirectory(stateDirectory);
}

function isHaltedRecord(value: unknown): value is HaltedRecord {
  return (
    isRecord(value) &&
    value['version'] === 1 &&
    typeof value['holder'] === 'string' &&
    typeof value['since'] === 'string' &&
    Array.isArray(value['containers']) &&
    value['containers'].every(isHaltedContainer)
  );
}

/** Compose lets a service's name begin with `_` and `.` as well; what begins with `-` would be taken for an option. */
function isHaltedContainer(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { id, name, service, halt } = value;
  return (
    typeof id === 'string' &&
    /^[0-9a-f]{64}$/.test(id) &&
    [name, service].every((text) => typeof text === 'string' && /^[\w.][\w.-]*$/.test(text)) &&
    ['stop', 'pause', 'hold'].includes(halt as string)
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathIn(stateDirectory: string): string {
  return join(stateDirectory, 'halted-services.json');
}
