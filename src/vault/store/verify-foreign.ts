import { showName } from '../../archive/entry-names.ts';
import { parseTocLine } from '../../archive/toc-line.ts';
import type { Verdict } from '../vault-client.ts';
import { openArchive } from './archive-file.ts';
import type { Survey } from './survey-archive.ts';
import { describeOther, findForeign, readThrough, type ForeignLine, type ObtainOptions } from './surveys.ts';
import { NO_INDEX, recordVerdict } from './verdicts.ts';

type Findings = Pick<Verdict, 'damage' | 'checked'>;

/**
 * Says of an archive of the former script what can be said, and records it. `seal`: its size is the ledger's. `full`: it
 * is the file that was adopted, gzip and tar are whole to their ends, and its dumps to their last lines. What it held
 * when it was made nobody wrote down.
 * @throws Failure as `readThrough` does.
 */
export async function verifyForeign({
  level,
  ...options
}: ObtainOptions & { level: 'seal' | 'full' }): Promise<Verdict> {
  const { store, name } = options;
  const { damage, checked } = level === 'seal' ? await compareSize(options) : await readWhole(options);
  const isSound = damage.length === 0;
  const time = store.now().toISOString();
  const verdict: Verdict = { name, index: NO_INDEX, isForeign: true, level, isSound, damage, checked, time };
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
  const { entries, sizeBytes } = survey.head;
  const names = nameDumps(survey);
  const tables = survey.dumps.reduce((sum, { fingerprints }) => sum + Object.keys(fingerprints.tables).length, 0);
  const checked = { extents: 0, entries, bytes: sizeBytes, databases: [...names.values()], tables };
  return { damage: listDamage(line, survey, names), checked };
}

function listDamage(line: ForeignLine, { head, dumps }: Survey, names: ReadonlyMap<number, string>) {
  const damage: Verdict['damage'] = [];
  if (head.sha256 !== line.sha256) damage.push({ where: head.name, what: describeOther(line, head) });
  if (head.fault) damage.push(head.fault);
  for (const { ordinal, isWhole, hasWindowsLines } of dumps) {
    if (isWhole) continue;
    const what = hasWindowsLines ? 'its lines end as on Windows (CR LF)' : 'it is cut off: its last line is missing';
    damage.push({ where: names.get(ordinal) ?? `entry ${ordinal}`, what });
  }
  return damage;
}

/** The names of the entries that begin as dumps do, by their places in the archive. */
function nameDumps({ dumps, lines }: Survey): Map<number, string> {
  const ordinals = new Set(dumps.map(({ ordinal }) => ordinal));
  const names = new Map<number, string>();
  for (const text of lines) {
    const { name, offset } = parseTocLine(text);
    if (ordinals.has(offset)) names.set(offset, showName(name));
  }
  return names;
}
