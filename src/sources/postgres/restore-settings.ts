import type { DatabaseRecord } from '../../archive/manifest.ts';
import { quoteIdentifier, quoteLiteral } from './query.ts';

/** Settings that hold a list of names, which are quoted one by one. */
const lists = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** The statements that give a database its settings, also those for single roles in it. */
export function writeSettingStatements(database: string, settings: DatabaseRecord['settings']): string[] {
  const name = quoteIdentifier(database);
  const statements = settings.map(({ role, setting }) => {
    const at = setting.indexOf('=');
    const [key, value] = [setting.slice(0, at), setting.slice(at + 1)];
    const values = lists.has(key.toLowerCase()) ? splitNames(value) : [value];
    const whom = role === undefined ? `DATABASE ${name}` : `ROLE ${quoteIdentifier(role)} IN DATABASE ${name}`;
    return `ALTER ${whom} SET ${quoteIdentifier(key)} TO ${values.map(quoteLiteral).join(', ')};`;
  });
  return [`ALTER DATABASE ${name} RESET ALL;`, ...statements];
}

/** The names of a list as PostgreSQL stores it: `"$user", public`. An empty list has one empty name. */
function splitNames(list: string): string[] {
  const names = list.match(/"(?:[^"]|"")*"|[^",\s]+/g) ?? [];
  if (names.length === 0) return [''];
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name));
}
