import { PathChoice } from '../../archive/path-choice.ts';
import type { Config } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';

/** Something that was lost, in the words in which a restore is asked for it. */
export interface LostPart {
  kind: 'source' | 'path' | 'table';
  /** `app`, `uploads/student_0042`, `app.public.portfolio`. */
  name: string;
}

/**
 * What a person says was lost: a source by its name, something in a file source by its path, a table by `source.schema.table`.
 * Without a configuration, or by one that knows the vault alone, its form alone decides.
 * @throws Failure `usage` where it can be none of these.
 */
export function parseLost(text: string, config: Pick<Config, 'databases' | 'files'> | undefined): LostPart {
  const sources = config && config.databases.length + config.files.length > 0 ? config : undefined;
  const databases = sources?.databases.map(({ name }) => name);
  const files = sources?.files.map(({ name }) => name);
  const isKnown = (names: readonly string[] | undefined, name: string): boolean => names?.includes(name) ?? true;
  const [source = ''] = text.split(/[./]/, 1);
  const isSource = /^[a-z][a-z0-9-]*$/.test(text) && (isKnown(databases, text) || isKnown(files, text));
  // One database of a server of many: `odoo.school`.
  const isDump = /^[a-z][a-z0-9-]*\.[^./\p{Cc}]+$/u.test(text) && isKnown(databases, source);
  if (isSource || isDump) return { kind: 'source', name: text };
  if (text.startsWith(`${source}/`) && isKnown(files, source)) {
    PathChoice.parse([text]);
    return { kind: 'path', name: text };
  }
  if (isTable(text) && isKnown(databases, source)) return { kind: 'table', name: text };
  const known = [...(databases ?? ['app']), ...(files ?? ['uploads'])].join(', ');
  throw new Failure(
    'usage',
    `${JSON.stringify(text.slice(0, 80))} ne commence par aucune source connue (begins with no known source): ${known}`,
    'Une base (app), un dossier ou un fichier (uploads/student_0042), une table (app.public.portfolio).',
  );
}

function isTable(text: string): boolean {
  return /^[a-z][a-z0-9-]*(\.[^.\p{Cc}]+){2,3}$/u.test(text) && text.length <= 200;
}

/** The words by which `restore` is asked for it. */
export function restoreWords({ kind, name }: LostPart): string[] {
  return [{ source: '--select', path: '--path', table: '--table' }[kind], name];
}
