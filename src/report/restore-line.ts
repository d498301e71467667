import { DUMP_FOLDER, isTailName } from '../archive/layout.ts';

/**
 * The line to type that brings a path of an archive back; undefined where nobody could type it: not UTF-8, or with control
 * characters in it. What is no source's is unpacked beside.
 */
export function formatRestoreLine(archive: string, path: string): string | undefined {
  if (/[\p{C}\ufffd]/u.test(path)) return undefined;
  const bare = path.replace(/\/$/, '');
  const dump = new RegExp(`^${DUMP_FOLDER}(?!globals-)([A-Za-z0-9._%-]+)\\.sql$`).exec(bare)?.[1];
  const place = isTailName(Buffer.from(bare)) ? ' --to ./restored' : '';
  const what = dump === undefined ? `--path ${quoteArgument(bare)}${place}` : `--select ${dump}`;
  return `npm run -s prod:restore -- ${archive} ${what}`;
}

/** An argument as a shell takes it, quoted only where it must be. */
export function quoteArgument(text: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
