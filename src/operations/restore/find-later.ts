import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { KeptRecord } from './kept.ts';

/**
 * The newest restore that has to be taken back before another: it replaced some of the same databases or folders later.
 * An undo of one that came later as well is none: what stood there before that one, stands there again.
 */
export async function findLater(
  platform: Platform,
  record: KeptRecord,
  all: readonly KeptRecord[],
): Promise<KeptRecord | undefined> {
  for (const candidate of [...all].reverse()) {
    if (candidate.since <= record.since || (candidate.undoes && candidate.undoes.since > record.since)) continue;
    const isSharing =
      isSharingFolder(candidate, record) ||
      isSharingTable(candidate, record) ||
      (await isSharingDatabase(platform, candidate, record));
    if (isSharing) return candidate;
  }
  return undefined;
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

/** A database that was replaced since, or earlier, has its tables with it. */
function isSharingTable(one: KeptRecord, other: KeptRecord): boolean {
  const within = ({ databases }: KeptRecord, { tables = [] }: KeptRecord): boolean =>
    tables.some(({ source, database }) => databases.some((each) => each.source === source && each.live === database));
  const isSame = (one.tables ?? []).some(({ source, database, schema, table }) =>
    (other.tables ?? []).some(
      (each) => each.source === source && each.database === database && each.schema === schema && each.table === table,
    ),
  );
  return isSame || within(one, other) || within(other, one);
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
