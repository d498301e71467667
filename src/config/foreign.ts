import { z } from 'zod';
import type { Clash } from './checked-yaml.ts';
import type { DatabaseConfig, FilesConfig } from './config.ts';
import { mapping, text } from './fields.ts';

/** Where archives that we did not make have what is configured here: globs of names in them, the first that matches counts. */
export interface ForeignConfig {
  readonly databases: readonly ForeignDatabase[];
  readonly files: readonly ForeignFiles[];
}

export interface ForeignDatabase {
  readonly source: string;
  /** Its name on the server; absent: that of the dump's file, without `.sql`. */
  readonly database?: string;
  /** Its source has as many databases as there are: `database: all`. */
  readonly isOneOfMany: boolean;
  readonly patterns: readonly string[];
}

export interface ForeignFiles {
  readonly source: string;
  readonly patterns: readonly string[];
}

/** What the team's former script called the dumps of the four databases, below a folder named for the date. */
const FORMER_DUMPS: Readonly<Record<string, string>> = {
  app: '*/db/skills_db.sql',
  keycloak: '*/db/keycloak.sql',
  odoo: '*/db/odoo.sql',
  mattermost: '*/db/mattermost.sql',
};
const FORMER_FOLDERS: Readonly<Record<string, string>> = { uploads: '*/uploads' };

const pattern = text('a glob of a name in the archive such as "*/db/skills_db.sql"', /^(?!\.{0,2}\/)[^\0]+$/);
const patterns = z.array(pattern, { error: 'expected a list of globs' });
/** The vault looks into no other file for a dump. */
const dumpPattern = pattern.regex(/\.sql$/, {
  error: 'expected a glob that ends in ".sql" such as "*/db/skills_db.sql": nothing else is read as a dump',
});
const dumpPatterns = z.array(dumpPattern, { error: 'expected a list of globs' });
const byDatabase = z.record(z.string().min(1), dumpPatterns, { error: 'expected globs by the name of a database' });

export const foreignSchema = mapping({
  databases: z
    .record(z.string(), z.union([dumpPatterns, byDatabase]), { error: 'expected a mapping of database names to globs' })
    .default({})
    .describe(
      'By database: globs of its dump, a plain one whose name ends in .sql. Of one with "database: all", also a mapping from database to globs.',
    ),
  files: z
    .record(z.string(), patterns, { error: 'expected a mapping of source names to globs' })
    .default({})
    .describe('By file source: globs of its folder.'),
});

type ForeignText = z.output<typeof foreignSchema>;

/** Completes what is written with what the former script did, for what is configured and not written. */
export function resolveForeign(
  written: ForeignText,
  sources: { databases: readonly DatabaseConfig[]; files: readonly FilesConfig[] },
): ForeignConfig {
  const databases = sources.databases.flatMap(({ name, database }): ForeignDatabase[] => {
    const lists = ownOf(written.databases, name) ?? listOf(ownOf(FORMER_DUMPS, name));
    const isOneOfMany = database === 'all';
    if (!Array.isArray(lists)) {
      return Object.entries(lists).map(([each, globs]) => ({
        source: name,
        database: each,
        isOneOfMany,
        patterns: globs,
      }));
    }
    return [{ source: name, ...(isOneOfMany ? {} : { database }), isOneOfMany, patterns: lists }];
  });
  const files = sources.files.map(({ name }) => ({
    source: name,
    patterns: ownOf(written.files, name) ?? listOf(ownOf(FORMER_FOLDERS, name)),
  }));
  return { databases, files };
}

/** Names under `foreign:` that no source has, and forms that do not fit their source. */
export function findForeignClashes(
  written: ForeignText,
  { databases, files }: { databases: readonly DatabaseConfig[]; files: readonly FilesConfig[] },
): Clash[] {
  const clashes: Clash[] = [];
  for (const [name, lists] of Object.entries(written.databases)) {
    const source = databases.find((each) => each.name === name);
    const path = ['foreign', 'databases', name];
    if (!source) clashes.push({ path, message: 'expected the name of one of databases:' });
    else if (source.database !== 'all' && !Array.isArray(lists)) {
      clashes.push({ path, message: 'expected a list of globs: only "database: all" has several databases' });
    }
  }
  for (const name of Object.keys(written.files)) {
    if (files.some((each) => each.name === name)) continue;
    clashes.push({ path: ['foreign', 'files', name], message: 'expected the name of one of files:' });
  }
  return clashes;
}

/** A source may be called like something that every object has. */
function ownOf<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function listOf(glob: string | undefined): string[] {
  return glob === undefined ? [] : [glob];
}
