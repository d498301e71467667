import type { FilesPlan } from '../../operations/restore/files-plan.ts';
import type { RestorePlan } from '../../operations/restore/restore-plan.ts';
import type { RowComparison } from '../../operations/restore/row-counts.ts';
import { shorten } from '../../logging/code-span.ts';

const MOST_SOURCES = 100;
const MOST_SENTENCES = 50;
const MOST_ROLES = 5;
/** So many sources have tables and names of files with them. */
const DETAILED = 10;
const MOST_TABLES = 5;
const MOST_EXAMPLES = 3;
const MOST_PATHS = 10;
const MOST_HALTED = 20;
const MOST_CHARACTERS = 300;
const MOST_NAME_CHARACTERS = 100;

/**
 * The plan for a step's output: the fields of `--json` without fingerprints, lists cut short (what was cut is counted in
 * `omitted`), texts to 300 characters. Below 1 MiB, however large the plan.
 */
export function planAsJson(plan: RestorePlan): unknown {
  const { databases, files, services, refusals, warnings } = plan;
  return {
    archive: plan.archive,
    made: plan.made,
    ageMs: plan.ageMs,
    ...(plan.verified ? { verified: plan.verified } : {}),
    estimate: plan.estimate,
    databases: databases
      .slice(0, MOST_SOURCES)
      .map(({ key, record, exists, sizeBytes, connections, missingRoles, rows, freeBytes }, position) => ({
        key: cutName(key),
        source: cutName(record.source),
        database: cutName(record.database),
        archivedBytes: record.sizeBytes,
        tables: Object.keys(record.fingerprints.tables).length,
        exists,
        sizeBytes,
        connections: connections.length,
        missingRoles: missingRoles.slice(0, MOST_ROLES).map(cutName),
        ...(rows ? { rows: cutRows(rows, position < DETAILED ? MOST_TABLES : 0) } : {}),
        ...(freeBytes === undefined ? {} : { freeBytes }),
      })),
    files: files
      .slice(0, MOST_SOURCES)
      .map((source, position) => cutFiles(source, position < DETAILED ? MOST_EXAMPLES : 0)),
    services: {
      stop: services.stop.slice(0, MOST_SOURCES).map(cutName),
      hold: services.hold.slice(0, MOST_SOURCES).map(cutName),
    },
    haltOrder: plan.haltOrder.slice(0, MOST_HALTED).map((group) => group.slice(0, MOST_HALTED).map(cutName)),
    isSingleRename: plan.isSingleRename,
    refusals: refusals.slice(0, MOST_SENTENCES).map(cut),
    warnings: warnings.slice(0, MOST_SENTENCES).map(cut),
    omitted: {
      databases: Math.max(0, databases.length - MOST_SOURCES),
      files: Math.max(0, files.length - MOST_SOURCES),
      refusals: Math.max(0, refusals.length - MOST_SENTENCES),
      warnings: Math.max(0, warnings.length - MOST_SENTENCES),
    },
  };
}

function cutRows({ tables, equal }: RowComparison, most: number): unknown {
  return {
    tables: tables.slice(0, most).map((row) => ({ ...row, table: cutName(row.table) })),
    equal,
    omitted: Math.max(0, tables.length - most),
  };
}

function cutFiles(files: FilesPlan, mostExamples: number): unknown {
  const { archived, add, replace, alignedFolders, remove, stay } = files;
  const { addBytes, replaceBytes, removeBytes, stageBytes, freeBytes } = files;
  const namesOf = (kind: keyof FilesPlan['examples']): string[] =>
    files.examples[kind].slice(0, mostExamples).map(cutName);
  return {
    source: cutName(files.source),
    path: cut(files.path),
    ...(files.paths ? { paths: files.paths.texts.slice(0, MOST_PATHS).map(cut) } : {}),
    archived,
    add,
    replace,
    alignedFolders,
    remove,
    stay,
    addBytes,
    replaceBytes,
    removeBytes,
    stageBytes,
    ...(freeBytes === undefined ? {} : { freeBytes }),
    examples: { add: namesOf('add'), replace: namesOf('replace'), remove: namesOf('remove') },
  };
}

function cutName(text: string): string {
  return shorten(text, MOST_NAME_CHARACTERS);
}

function cut(text: string): string {
  return shorten(text, MOST_CHARACTERS);
}
