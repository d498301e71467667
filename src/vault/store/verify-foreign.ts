import { showName } from '../../archive/entry-names.ts';
import type { SurveyedDump } from '../../archive/foreign-survey.ts';
import { isFormerDump } from '../../archive/former-dump.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import type { Verdict } from '../vault-client.ts';
import { openArchive } from './archive-file.ts';
import type { Survey } from './survey-archive.ts';
import { describeOther, findForeign, readThrough, type ObtainOptions } from './surveys.ts';
import { LISTED_DAMAGE, NO_INDEX, recordVerdict } from './verdicts.ts';

type Findings = Pick<Verdict, 'damage' | 'checked' | 'isAsAdopted' | 'isDumpsOnly' | 'cutElsewhere'>;

/**
 * Says of an archive of the former script what can be said, and records it. `seal`: its size is the ledger's. `full`: it
 * is the file that was adopted, gzip and tar are whole to their ends, and what lies where the script put its dumps is
 * one, to its last line. What it held when it was made nobody wrote down.
 * @throws Failure as `readThrough` does.
 */
export async function verifyForeign({
  level,
  ...options
}: ObtainOptions & { level: 'seal' | 'full' }): Promise<Verdict> {
  const { store, name } = options;
  const findings = level === 'seal' ? await compareSize(options) : await readWhole(options);
  const isSound = findings.damage.length === 0;
  const time = store.now().toISOString();
  const verdict: Verdict = { name, index: NO_INDEX, isForeign: true, level, isSound, ...findings, time };
  // Reading takes a while: of what was retired meanwhile nothing is to be kept.
  await findForeign(store, name);
  await recordVerdict(store, verdict);
  return verdict;
}

async function compareSize({ store, name }: ObtainOptions): Promise<Findings> {
  const { size } = await findForeign(store, name);
  const { handle, sizeBytes } = await openArchive(store, name);
  await handle.close();
  const what = `has ${sizeBytes} bytes, ${size} in the ledger`;
  const checked = { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 };
  return { damage: sizeBytes === size ? [] : [{ where: name, what }], checked };
}

async function readWhole(options: ObtainOptions): Promise<Findings> {
  const { line, survey } = await readThrough(options);
  const { head, dumps } = survey;
  const { databases, damaged, cutElsewhere } = judgeDumps(survey);
  const tables = dumps.reduce((sum, { fingerprints }) => sum + Object.keys(fingerprints.tables).length, 0);
  const isOther = head.sha256 !== line.sha256;
  const damage: Verdict['damage'] = [];
  if (isOther) damage.push({ where: head.name, what: describeOther(line, head) });
  if (head.fault) damage.push(head.fault);
  const isDumpsOnly = damage.length === 0 && damaged.length > 0;
  damage.push(...damaged.slice(0, LISTED_DAMAGE));
  if (damaged.length > LISTED_DAMAGE)
    damage.push({ where: head.name, what: `${damaged.length - LISTED_DAMAGE} more are no dumps` });
  return {
    damage,
    ...(damage.length > 0 && !isOther ? { isAsAdopted: true } : {}),
    ...(isDumpsOnly ? { isDumpsOnly } : {}),
    ...(cutElsewhere.count > 0 ? { cutElsewhere } : {}),
    checked: { extents: 0, entries: head.entries, bytes: head.sizeBytes, databases, tables },
  };
}

/** The names of what begins as a dump; what is wrong where a dump has to be; and how much is elsewhere, such as uploads. */
function judgeDumps({ dumps, lines }: Survey) {
  const byOrdinal = new Map(dumps.map((dump) => [dump.ordinal, dump]));
  const databases: string[] = [];
  const damaged: Verdict['damage'] = [];
  const cutElsewhere = { count: 0, first: '' };
  for (const text of lines) {
    const { name, type, offset } = parseTocLine(text);
    const dump = byOrdinal.get(offset);
    const where = showName(name);
    if (dump) databases.push(where);
    const fault = type === 'reg' ? findFault(dump) : undefined;
    if (fault === undefined) continue;
    if (isFormerDump(name)) damaged.push({ where, what: fault });
    else if (dump && cutElsewhere.count++ === 0) cutElsewhere.first = where;
  }
  return { databases, damaged, cutElsewhere };
}

function findFault(dump: SurveyedDump | undefined): string | undefined {
  if (!dump) return 'it is empty, or does not begin as a dump does';
  if (dump.isWhole) return undefined;
  return dump.hasWindowsLines ? 'its lines end as on Windows (CR LF)' : 'it is cut off: its last line is missing';
}
