import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { KeptRecord } from './kept.ts';

/**
 * The newest restore that has to be taken back before another: it replaced some of the same databases or folders later.
 * An undo of one that came later as well is none: what stood there before that one, stands there again. An undo of such an
 * undo is one: what that one brought, stands there again. One that was reverted is none.
 */
export async function findLater(
  platform: Platform,
  record: KeptRecord,
  all: readonly KeptRecord[],
): Promise<KeptRecord | undefined> {
  for (const candidate of [...all].reverse()) {
    if (candidate.since <= record.since || isTakenBack(candidate, record)) continue;
    if (await isSharing(platform, candidate, record)) return candidate;
  }
  return undefined;
}

/**
 * One of others that stay, which cannot do without a record: an older one that replaced some of the same; or a newer one
 * that keeps a database in which the record keeps tables.
 */
export async function findThrough(
  platform: Platform,
  record: KeptRecord,
  others: readonly KeptRecord[],
): Promise<KeptRecord | undefined> {
  for (const other of others) {
    const isBound =
      other.since > record.since
        ? holdsTables(other, record)
        : !isTakenBack(record, other) &&
          (isSharingFolder(other, record) ||
            isSameTable(other, record) ||
            (await isSharingDatabase(platform, other, record)));
    if (isBound) return other;
  }
  return undefined;
}

/** Whether one keeps, or has replaced, a database in which the other keeps tables. */
function holdsTables({ databases }: KeptRecord, { tables = [] }: KeptRecord): boolean {
  return tables.some(({ source, database }) =>
    databases.some((each) => each.source === source && each.live === database),
  );
}

/**
 * Whether what a record has put in place was left, by one that came later, as it was then: by one that was reverted, or by
 * an undo; of what came later, each undo takes back one.
 */
function isTakenBack({ undoes, isReverted = false }: KeptRecord, { since }: KeptRecord): boolean {
  if (isReverted) return true;
  let later = 0;
  for (let undone = undoes; undone; undone = undone.undoes) if (undone.since > since) later++;
  return later % 2 === 1;
}

/** Whether two have replaced some of the same databases, tables or folders. */
async function isSharing(platform: Platform, one: KeptRecord, other: KeptRecord): Promise<boolean> {
  return (
    isSharingFolder(one, other) ||
    isSameTable(one, other) ||
    // A database that was replaced since, or earlier, has its tables with it.
    holdsTables(one, other) ||
    holdsTables(other, one) ||
    (await isSharingDatabase(platform, one, other))
  );
}

/** One folder that lies in another counts: what is to be put back may be in it. */
function isSharingFolder(one: KeptRecord, other: KeptRecord): boolean {
  return one.files.some(({ source, root }) =>
    other.files.some(
      (folder) =>
        folder.source === source ||
        `${folder.root}/`.startsWith(`${root}/`) ||
        `${root}/`.startsWith(`${folder.root}/`),
    ),
  );
}

function isSameTable(one: KeptRecord, other: KeptRecord): boolean {
  return (one.tables ?? []).some(({ source, database, schema, table }) =>
    (other.tables ?? []).some(
      (each) => each.source === source && each.database === database && each.schema === schema && each.table === table,
    ),
  );
}

/** By the server and the name on it: a configuration may have a database under two names, or give it another. */
async function isSharingDatabase(platform: Platform, one: KeptRecord, other: KeptRecord): Promise<boolean> {
  for (const { source, live } of one.databases) {
    for (const database of other.databases.filter((each) => each.live === live)) {
      if (database.source === source) return true;
      const servers = [await serverOf(platform, source), await serverOf(platform, database.source)];
      if (servers[0]?.label === servers[1]?.label) return true;
    }
  }
  return false;
}
