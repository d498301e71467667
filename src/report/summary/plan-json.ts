import type { RestorePlan } from '../../operations/restore/restore-plan.ts';
import { shorten } from '../../logging/code-span.ts';

const MOST_SOURCES = 100;
const MOST_SENTENCES = 50;
const MOST_ROLES = 5;
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
    databases: databases
      .slice(0, MOST_SOURCES)
      .map(({ key, record, exists, sizeBytes, connections, missingRoles }) => ({
        key: cutName(key),
        source: cutName(record.source),
        database: cutName(record.database),
        archivedBytes: record.sizeBytes,
        tables: Object.keys(record.fingerprints.tables).length,
        exists,
        sizeBytes,
        connections: connections.length,
        missingRoles: missingRoles.slice(0, MOST_ROLES).map(cutName),
      })),
    files: files
      .slice(0, MOST_SOURCES)
      .map(({ source, path, archived, add, replace, remove, stageBytes, freeBytes }) => ({
        source: cutName(source),
        path: cut(path),
        archived,
        add,
        replace,
        remove,
        stageBytes,
        ...(freeBytes === undefined ? {} : { freeBytes }),
      })),
    services: {
      stop: services.stop.slice(0, MOST_SOURCES).map(cutName),
      hold: services.hold.slice(0, MOST_SOURCES).map(cutName),
    },
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

function cutName(text: string): string {
  return shorten(text, MOST_NAME_CHARACTERS);
}

function cut(text: string): string {
  return shorten(text, MOST_CHARACTERS);
}
