import { messageOf } from '../../logging/failure.ts';
import { measureTree } from '../../sources/files/measure-tree.ts';
import { listOwnDatabases } from '../../sources/postgres/forget-databases.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { followContainer } from './follow-container.ts';
import { findTablesOf } from './kept-tables.ts';
import type { KeptDatabase, KeptFiles, KeptRecord, KeptTableRecord } from './kept.ts';

/** What is kept, and what it takes. Sizes in bytes; absent where it is not known: a server that does not answer. */
export interface KeptState extends KeptRecord {
  databases: (KeptDatabase & { sizeBytes?: number })[];
  files: (KeptFiles & { sizeBytes?: number })[];
  tables?: (KeptTableRecord & { sizeBytes?: number })[];
  /** Of all that is known. */
  sizeBytes: number;
  /** Why some of it is not known, a sentence each. */
  unknown: string[];
}

/** A server that is asked how large its databases are has so long to answer: status is not to wait for it. */
const BRIEFLY = { retryForMs: 0, timeoutMs: 10_000 };

/** Says how much space what is kept takes. Changes nothing, and never fails: what cannot be looked at is said. */
export async function measureKept(platform: Platform, records: readonly KeptRecord[]): Promise<KeptState[]> {
  const sizes = new Map<string, Promise<Map<string, number>>>();
  const sizesOn = (source: string): Promise<Map<string, number>> => {
    const known = sizes.get(source) ?? readSizes(platform, source);
    sizes.set(source, known);
    return known;
  };
  const states: KeptState[] = [];
  for (const record of records) {
    const unknown: string[] = [];
    const measure = async (
      source: string,
      read: () => Promise<number | undefined>,
    ): Promise<{ sizeBytes?: number }> => {
      try {
        const sizeBytes = await read();
        return sizeBytes === undefined ? {} : { sizeBytes };
      } catch (error) {
        unknown.push(`${source}: ${messageOf(error)}`);
        return {};
      }
    };
    const databases = [];
    for (const database of record.databases) {
      const { source, kept } = database;
      const read = async (): Promise<number | undefined> =>
        kept === undefined ? undefined : (await sizesOn(source)).get(kept);
      databases.push({ ...database, ...(await measure(source, read)) });
    }
    const files = [];
    for (const folder of record.files) {
      const read = async (): Promise<number | undefined> => {
        const found = await followContainer(platform, record, folder);
        return found && (await measureTree(found.kept))?.bytes;
      };
      files.push({ ...folder, ...(await measure(folder.source, read)) });
    }
    const tables = [];
    const ofTables = record.tables?.length ? findTablesOf(platform, record, BRIEFLY) : undefined;
    ofTables?.catch(() => undefined);
    for (const table of record.tables ?? []) {
      const read = async (): Promise<number | undefined> =>
        (await ofTables)?.find(({ schema, name }) => schema === table.schema && name === table.kept)?.sizeBytes;
      tables.push({ ...table, ...(await measure(table.source, read)) });
    }
    const sizeBytes = [...databases, ...files, ...tables].reduce((sum, part) => sum + (part.sizeBytes ?? 0), 0);
    states.push({ ...record, databases, files, ...(tables.length > 0 ? { tables } : {}), sizeBytes, unknown });
  }
  return states;
}

async function readSizes(platform: Platform, source: string): Promise<Map<string, number>> {
  const server = await serverOf(platform, source);
  return new Map((await listOwnDatabases(server, BRIEFLY)).map(({ name, sizeBytes }) => [name, sizeBytes]));
}
