import type { DatabaseConfig } from '../../config/config.ts';

/** What a database's dump is called in the archive: `app`, or `odoo.school` where a source has several. */
export function dumpNameOf(
  { name, database: configured }: Pick<DatabaseConfig, 'name' | 'database'>,
  database: string,
): string {
  return configured === 'all' ? `${name}.${fileNameOf(database)}` : name;
}

/** Names on a server may hold anything; in a file's name what could mislead is written as %XX. */
function fileNameOf(database: string): string {
  return database.replace(/[^A-Za-z0-9_-]/gu, (character) => encodeURIComponent(character).replace(/^[^%]$/, hexOf));
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
