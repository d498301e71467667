import { countOf, formatBytes, formatCount, formatDuration } from '../../logging/quantity-text.ts';
import type { ExtractResult } from '../../operations/extract.ts';
import type { RestoreResult } from '../../operations/restore.ts';
import { code } from '../../logging/code-span.ts';
import { describeSteps } from '../estimate-text.ts';
import { describeProof } from '../proof-text.ts';
import { commandLine, describeHealth } from '../restore-report.ts';
import { details, joinLines, limitRows, list, table } from './markdown.ts';
import { planSection } from './plan-section.ts';

/** More of anything than this is counted, not listed. */
const LISTED = 50;
const LISTED_PARTS = 200;

/** A restore, or its plan after a dry run; times of `timezone`. */
export function summarizeRestore(result: RestoreResult, timezone?: string): string {
  return result.done ? summarizeDone(result, timezone) : summarizePlan(result, timezone);
}

function summarizePlan({ plan }: RestoreResult, timezone: string | undefined): string {
  const isPossible = plan.refusals.length === 0;
  return joinLines([
    isPossible ? '### 📝 A plan: nothing was changed' : '### ❌ Cannot be restored as asked: nothing was changed',
    '',
    ...planSection(plan, timezone),
    '',
    'What is replaced is backed up first, and stays beside until `forget`; `undo` puts it back.',
    '',
    isPossible
      ? `**Next:** to carry it out, run it again without the dry run and type the name to confirm it: ${code(plan.archive)}`
      : '**Next:** mend what is named, or leave those parts out of the selection.',
  ]);
}

function summarizeDone(result: RestoreResult, timezone: string | undefined): string {
  const { plan, safety, id, carried, services, createdRoles, uncompared = [], notes, steps } = result;
  const faults = services?.faults ?? [];
  const compared = plan.databases.length - uncompared.length;
  const facts = [
    ...(compared > 0 ? [`- ${countOf(compared, 'database')}: equal to the fingerprints, in place`] : []),
    ...(uncompared.length > 0
      ? [`- ⚠️ ${countOf(uncompared.length, 'database')}: ${describeProof(false)}, in place (see the notes)`]
      : []),
    ...(plan.files.length > 0
      ? [`- Files: ${formatCount(carried?.placed ?? 0)} put in place, ${formatCount(carried?.removed ?? 0)} moved away`]
      : []),
    ...(services && services.stopped.length > 0
      ? [
          `- Services halted for ${formatDuration(services.downtimeMs)}: ${services.stopped.map((name) => code(name, 80)).join(', ')}${describeHealth(services)}`,
        ]
      : []),
    ...(carried?.swaps ?? []).map(
      ({ databases, refusedMs }) =>
        `- Connections were refused for ${formatDuration(refusedMs)} at most: ${databases.map((name) => code(name, 80)).join(', ')}`,
    ),
    safety ? `- The state before is in ${code(safety.archive)}` : '- ⚠️ The state before was not backed up',
    ...(id === undefined
      ? []
      : [`- What was replaced is kept as ${code(id)}; to put it back: ${code(commandLine('undo', id))}`]),
  ];
  const lists: [string, string[]][] = [
    ['Disconnected', carried?.disconnected ?? []],
    ['Roles created', createdRoles],
    ['Notes', notes],
    ['Warnings of the safety backup', safety?.warnings ?? []],
  ];
  return joinLines([
    faults.length > 0
      ? `### ❌ Restored, in ${formatDuration(result.durationMs)}, but not all services serve again`
      : `### ✅ Restored, in ${formatDuration(result.durationMs)}`,
    '',
    ...(faults.length > 0 ? ['**Not serving:**', '', ...list(faults, LISTED), ''] : []),
    ...facts,
    '',
    ...planSection(plan, timezone),
    ...lists.flatMap(([title, texts]) =>
      texts.length > 0 ? details(`${title} (${formatCount(texts.length)})`, list(texts, LISTED)) : [],
    ),
    ...details('Numbers', [
      `- Fetched ${formatBytes(result.fetchedBytes)} of the archive`,
      `- Took ${formatDuration(result.durationMs)}: ${describeSteps(steps)}`,
      ...(safety ? [`- Index of the safety backup ${code(safety.index)}`] : []),
    ]),
    '',
    faults.length > 0
      ? '**Next:** look at their logs (`docker compose logs`) and start what does not run (`docker compose up -d`).'
      : `**Next:** look at the application. When all is well, free the space: ${code(commandLine('forget', id ?? ''))}`,
  ]);
}

/** What was unpacked beside, or would be. */
export function summarizeExtraction(result: ExtractResult): string {
  const { archive, directory, done, parts, entries, bytes, notes, fetchedBytes } = result;
  const rows = parts.map(({ name, kind, bytes: sizeBytes }) => [code(name, 80), kind, formatBytes(sizeBytes)]);
  return joinLines([
    done
      ? `### ✅ Unpacked: ${countOf(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`
      : '### 📝 A plan: nothing was unpacked',
    '',
    `${code(archive)} ${done ? 'is' : 'would be'} unpacked into ${code(directory)}. Nothing live is touched.`,
    ...(rows.length > 0 ? table(['Part', 'Kind', 'Size'], limitRows(rows, LISTED_PARTS), [2]) : []),
    ...(notes.length > 0 ? details(`Notes (${formatCount(notes.length)})`, list(notes, LISTED)) : []),
    ...(done ? ['', `Fetched ${formatBytes(fetchedBytes)} of the archive.`] : []),
    '',
    done
      ? '**Next:** look at the folder; `LISEZMOI.txt` in it says how to load a dump by hand.'
      : '**Next:** run it again without the dry run.',
  ]);
}
