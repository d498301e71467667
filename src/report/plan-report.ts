import { shorten } from '../logging/code-span.ts';
import { formatTime } from '../logging/format-time.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import type { FilesPlan } from '../operations/restore/files-plan.ts';
import type { PlannedDatabase, RestorePlan } from '../operations/restore/restore-plan.ts';
import { isUsed } from '../operations/services/find-users.ts';
import { groupBy } from '../system/group-by.ts';
import { describeEstimate, formatAbout } from './estimate-text.ts';
import { listRows, type RowLine } from './row-text.ts';
import { formatTable } from './table.ts';

/** An ordinary plan fits on one screen: more of anything is counted, not listed. */
const LISTED = 5;
const LISTED_SENTENCES = 20;
const LISTED_NAMES = 3;
const NAME_CHARACTERS = 80;

/** Said where services use what is restored. */
export const NOTHING_STOPPED = 'It is put in place by a single rename: nothing is stopped.';

/**
 * What a restore would do, for whoever has to say yes to it: first why it cannot be done, then what it replaces, what is
 * lost by that and what comes back, what stands still and for how long; times of `timezone`.
 */
export function renderPlan(plan: RestorePlan, timezone?: string): string {
  const { refusals, warnings } = plan;
  return [
    ...limit(refusals, LISTED_SENTENCES).map((refusal) => `CANNOT BE DONE: ${refusal}`),
    `Restore of ${plan.archive}, made ${formatTime(plan.made, timezone)} (${formatDuration(plan.ageMs)} ago), ${describeVerified(plan, timezone)}:`,
    formatTable([...plan.databases.map(describeDatabase), ...plan.files.map(describeFiles)]),
    ...describeRows(plan),
    ...plan.files.flatMap(describeNames),
    ...describeHalt(plan, plan.estimate.standstillMs),
    ...describeConnections(plan.databases.map(({ record, connections }) => ({ live: record.database, connections }))),
    `Time: ${describeEstimate(plan.estimate)}.`,
    ...limit(warnings, LISTED_SENTENCES).map((warning) => `Warning: ${warning}`),
    'What is replaced or removed stays beside until forget; undo puts it back.',
  ].join('\n');
}

/** What the vault says of the archive. */
export function describeVerified({ verified }: Pick<RestorePlan, 'verified'>, timezone?: string): string {
  if (!verified) return 'never verified';
  const { isSound, level, time } = verified;
  return `${isSound ? 'verified' : 'FOUND DAMAGED'} ${formatTime(time, timezone)} (${level})`;
}

function describeDatabase({ key, record, exists, sizeBytes }: PlannedDatabase): string[] {
  return [
    key,
    `database ${record.database}`,
    `${countOf(Object.keys(record.fingerprints.tables).length, 'table')}, ${formatBytes(record.sizeBytes)}`,
    exists ? `replaces the live one (${formatBytes(sizeBytes)})` : 'is missing, will be created',
  ];
}

function describeFiles(plan: FilesPlan): string[] {
  const { source, paths, path, archived } = plan;
  const where = paths ? `${path}: ${limit(paths.texts.map(nameOf), LISTED_NAMES).join(', ')}` : path;
  return [source, where, `${countOf(archived.files, 'file')}, ${formatBytes(archived.bytes)}`, describeChanges(plan)];
}

/** What happens to the entries of one source, with the sizes of their content. */
export function describeChanges(plan: FilesPlan): string {
  const { add, replace, alignedFolders, remove, stay, addBytes, replaceBytes, removeBytes, stageBytes } = plan;
  const left = stay === 0 ? '' : `; leaves ${countOf(stay, 'entry', 'entries')} that the archive does not have`;
  if (add + replace + remove === 0) return `is the same already${left}`;
  const parts = [
    ...(add > 0 ? [`adds ${countOf(add, 'entry', 'entries')} (${formatBytes(addBytes)})`] : []),
    ...(replace > alignedFolders
      ? [`replaces ${countOf(replace - alignedFolders, 'entry', 'entries')} (${formatBytes(replaceBytes)} now)`]
      : []),
    ...(remove > 0 ? [`removes ${countOf(remove, 'entry', 'entries')} (${formatBytes(removeBytes)})`] : []),
    ...(alignedFolders > 0 ? [`puts times and modes of ${countOf(alignedFolders, 'folder')} right`] : []),
  ];
  return `${parts.join(', ')}; fetches ${formatBytes(stageBytes)}${left}`;
}

function describeRows(plan: RestorePlan): string[] {
  const { lost, back, uncertain, equal } = listRows(plan);
  const same = equal.map(({ key, tables }) => `${key} ${tables}`).join(', ');
  return [
    ...listTables('Lost by it (more rows now than in the archive):', lost),
    ...listTables('Estimated, as locked, too large to count or not readable:', uncertain),
    ...listTables('Comes back (fewer rows now than in the archive):', back),
    ...(same === '' ? [] : [`Tables with as many rows as in the archive: ${same}. What the rows say is not compared.`]),
  ];
}

function listTables(title: string, lines: readonly RowLine[]): string[] {
  if (lines.length === 0) return [];
  const texts = lines.map(({ key, table, text }) => `${key}  ${nameOf(table)}: ${text}`);
  return [title, ...limit(texts, LISTED, 'table').map((text) => `  ${text}`)];
}

function describeNames({ source, examples, add, replace, alignedFolders, remove }: FilesPlan): string[] {
  const line = (verb: string, names: readonly string[], total: number): string[] => {
    if (names.length === 0) return [];
    const shown = names.slice(0, LISTED_NAMES);
    const more = total > shown.length ? `, … (${countOf(total, 'entry', 'entries')} in all)` : '';
    return [`${source}: ${verb} ${shown.map(nameOf).join(', ')}${more}`];
  };
  return [
    ...line('removes', examples.remove, remove),
    ...line('replaces', examples.replace, replace - alignedFolders),
    ...line('adds', examples.add, add),
  ];
}

/** Which services the swap halts, in which order, and for how long where that is estimated. */
export function describeHalt(
  {
    services,
    haltOrder,
    users,
    isSingleRename,
  }: Pick<RestorePlan, 'services' | 'haltOrder' | 'users' | 'isSingleRename'>,
  standstillMs?: number,
): string[] {
  if (isSingleRename && isUsed(users)) return [NOTHING_STOPPED];
  if (!isUsed(services)) return [];
  const order = haltOrder.map((group) =>
    group
      .map((service) => (services.hold.includes(service) ? `${service} (paused, then restarted)` : service))
      .join(', '),
  );
  const time = standstillMs === undefined ? '' : `, for about ${formatAbout(standstillMs)}`;
  return [`Services stopped while it is put in place${time}: ${order.join(', then ')}; started in the opposite order.`];
}

/** Who is connected to the live databases; a pool of connections is counted. */
export function describeConnections(
  databases: readonly { live: string; connections: PlannedDatabase['connections'] }[],
): string[] {
  const all = databases.flatMap(({ live, connections }) =>
    connections.map(({ user, application }) => `${live}: ${user} (${application || 'no name'})`),
  );
  if (all.length === 0) return [];
  const counted = [...groupBy(all, (who) => who)].map(([who, members]) =>
    members.length > 1 ? `${who}, ${members.length} times` : who,
  );
  return ['Connected now, to be disconnected for the swap:', ...limit(counted, LISTED).map((who) => `  ${who}`)];
}

function nameOf(name: string): string {
  return shorten(printable(name), NAME_CHARACTERS);
}

/** The first of them, and how many more there are; some hold names that others gave: a role in a forged dump. */
function limit(texts: readonly string[], most: number, noun = 'other'): string[] {
  if (texts.length <= most) return texts.map(printable);
  return [
    ...texts.slice(0, most).map(printable),
    `… and ${texts.length - most} more${noun === 'other' ? '' : ` ${noun}s`}`,
  ];
}
