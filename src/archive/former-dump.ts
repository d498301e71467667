/** What the former script called its dumps: in `db`, below a folder named for the date. */
const FORMER_DUMP = /^\d{4}-\d\d-\d\d[^/]*\/db\/[^/]+\.sql$/;

/** Whether an entry of an archive that we did not make has a name by which it must be a dump, and a whole one. */
export function isFormerDump(name: Buffer): boolean {
  return FORMER_DUMP.test(name.toString('latin1'));
}
