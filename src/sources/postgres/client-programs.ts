import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { Failure } from '../../logging/failure.ts';
import type { PostgresTool } from './server.ts';

export interface ProgramSearch {
  /** Folder that holds the programs; nothing else is looked at when it is given. */
  toolsDirectory?: string | undefined;
  /** Major version of the server, where it is known. */
  major?: number | undefined;
  /** The PATH to look in where no version of Debian's layout fits. */
  path?: string | undefined;
  /** Folder of the versions in Debian's layout (`15/bin`, `16/bin`). */
  versionsDirectory?: string;
}

const standardDirectory = '/usr/lib/postgresql';

/**
 * Finds a client program on this host. Of several majors that of the server is taken, else the next newer one, else
 * the newest: a dump by a newer client may hold settings that an older server does not know.
 * @throws Failure `config` where there is none.
 */
export function findClientProgram(tool: PostgresTool, search: ProgramSearch = {}): string {
  for (const folder of listFolders(search)) {
    const path = join(folder, tool);
    if (existsSync(path)) return path;
  }
  const where = search.toolsDirectory ? ` in ${search.toolsDirectory}` : ' on this host';
  throw new Failure(
    'config',
    `no ${tool} found${where}`,
    'Install the package postgresql-client (apt install postgresql-client).',
  );
}

/** Whether the major of the server makes a difference to what is found. */
export function hasSeveralMajors({ versionsDirectory }: ProgramSearch = {}): boolean {
  return listMajors(versionsDirectory ?? standardDirectory).length > 1;
}

function listFolders(search: ProgramSearch): string[] {
  if (search.toolsDirectory) return [search.toolsDirectory];
  const versions = search.versionsDirectory ?? standardDirectory;
  const onPath = (search.path ?? '').split(delimiter).filter(Boolean);
  return [
    ...sortMajors(listMajors(versions), search.major).map((major) => join(versions, `${major}`, 'bin')),
    ...onPath,
  ];
}

function listMajors(folder: string): number[] {
  return existsSync(folder) ? readdirSync(folder).map(Number).filter(Number.isFinite) : [];
}

/** The server's own major first, newer ones next, the closest first; then older ones, which pg_dump refuses itself. */
export function sortMajors(majors: number[], wanted?: number): number[] {
  const newestFirst = [...majors].sort((a, b) => b - a);
  if (wanted === undefined) return newestFirst;
  const fitting = newestFirst.filter((major) => major >= wanted).reverse();
  return [...fitting, ...newestFirst.filter((major) => major < wanted)];
}
