import { Command, InvalidArgumentError } from 'commander';
import { parseSizeBytes } from '../../src/config/quantities.ts';
import { kinds, type Kind } from './entrants.ts';
import { fileSystems, type FileSystem } from './volume.ts';

export interface BenchOptions {
  files: number;
  /** Of the uploads, in bytes. */
  size: number;
  /** Of the dumps together, in bytes. */
  databaseSize: number;
  repeat: number;
  only: Kind[];
  fileSystems: FileSystem[];
  archives: number;
  extras: boolean;
  scattered: boolean;
  directory?: string;
  keep: boolean;
  json?: string;
}

/** Reads the arguments; commander says what is wrong with them, or shows the help, and throws. */
export function parseOptions(args: readonly string[]): BenchOptions {
  return new Command('npm run bench --')
    .description(
      'Measures this toolkit beside a plain script, restic and borg, for two nights with 1 % changed between.',
    )
    .option('--files <number>', 'files to back up', parseCount, 2000)
    .option('--size <size>', 'their size together, such as 20GB', parseSize, 1_500_000_000)
    .option('--database-size <size>', 'size of four dumps together', parseSize, 100_000_000)
    .option('--repeat <number>', 'rounds; the table shows medians', parseCount, 3)
    .option('--only <names>', `some of ${kinds.join(',')}`, (text) => parseNames(text, kinds), [...kinds])
    .option('--file-systems <names>', "the vault's", (text) => parseNames(text, fileSystems), [...fileSystems])
    .option('--archives <number>', 'ours once more, with a vault that holds so many archives', parseCount, 0)
    .option('--extras', 'also a night with nothing changed, and one file back', false)
    .option('--scattered', 'the rows that change lie all over their tables', false)
    .option('--directory <dir>', 'where everything is made (default: the folder for temporary files)')
    .option('--keep', 'leave all files where they are', false)
    .option('--json <file>', 'write all figures there')
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<BenchOptions>();
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a positive whole number.');
}

function parseSize(text: string): number {
  const bytes = parseSizeBytes(text);
  if (bytes !== undefined) return bytes;
  throw new InvalidArgumentError('Expected a size such as 500MB or 20GB.');
}

function parseNames<T extends string>(text: string, known: readonly T[]): T[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.some((each) => each === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Expected some of ${known.join(', ')}.`);
  return known.filter((name) => names.includes(name));
}
