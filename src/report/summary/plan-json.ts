import type { RestorePlan } from '../../operations/restore/restore-plan.ts';
import { shorten } from './markdown.ts';

const MOST_SOURCES = 200;
const MOST_SENTENCES = 50;
const MOST_NAMES = 10;
const MOST_CHARACTERS = 500;

/**
 * The plan for a step's output: the fields of `--json` without fingerprints, lists cut short (what was cut is counted in
 * `omitted`), texts to 500 characters. However large the plan, below 1 MiB.
 */
export function planAsJson(plan: RestorePlan): unknown {
  const { databases, files, refusals, warnings } = plan;
  return {
    archive: plan.archive,
    made: plan.made,
    ageMs: plan.ageMs,
    databases: databases
      .slice(0, MOST_SOURCES)
      .map(({ key, record, exists, sizeBytes, connections, missingRoles }) => ({
        key: cut(key),
        source: cut(record.source),
        database: cut(record.database),
        archivedBytes: record.sizeBytes,
        tables: Object.keys(record.fingerprints.tables).length,
        exists,
        sizeBytes,
        connections: connections.length,
        missingRoles: missingRoles.slice(0, MOST_NAMES).map((role) => shorten(role, 63)),
      })),
    files: files
      .slice(0, MOST_SOURCES)
      .map(({ source, path, archived, add, replace, remove, stageBytes, freeBytes }) => ({
        source: cut(source),
        path: cut(path),
        archived,
        add,
        replace,
        remove,
        stageBytes,
        ...(freeBytes === undefined ? {} : { freeBytes }),
      })),
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

function cut(text: string): string {
  return shorten(text, MOST_CHARACTERS);
}
