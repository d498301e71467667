import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSizeBytes } from '../../config/quantities.ts';
import { isTimezone } from '../../config/timezone.ts';
import { Failure } from '../../logging/failure.ts';
import { runCommand } from '../../system/run-command.ts';
import { servingDefaults } from './defaults.ts';
import { readPlainKeys, type PlainKeys } from './plain-keys.ts';
import type { VaultSettings } from './settings.ts';

/** What answering a request needs of the settings. */
export type ServingSettings = Pick<VaultSettings, 'directory' | 'accounts' | 'budgets' | 'timezone' | 'log'>;

/**
 * Reads what answering a request needs. A file in the plain form that provisioning writes is read in less than a
 * millisecond; for any other, and for whatever may be wrong with one, the upkeep program is asked, which can read all of
 * YAML and check it: half a second. `library` is the folder of the installed program.
 * @throws Failure `config`
 */
export async function loadServingSettings(path: string, library: string): Promise<ServingSettings> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const plain = text === undefined ? undefined : readPlainSettings(text);
  return plain ?? (await askUpkeepProgram(path, library));
}

async function askUpkeepProgram(path: string, library: string): Promise<ServingSettings> {
  const words = ['vault', 'settings', '--settings', path, '--json'];
  const { code, stdout, stderr } = await runCommand(join(library, 'skills-vault'), words, { timeoutMs: 60_000 });
  if (code === 0) return JSON.parse(stdout) as ServingSettings;
  throw new Failure(
    'config',
    stderr.replaceAll(/^error: |^next: .*\n?/gm, '').trim() || `${path} cannot be read (code ${code})`,
    'Have the administrator of the backup server correct the file; skills-vault vault settings shows what is wrong.',
  );
}

const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const COUNT = /^[1-9]\d{0,14}$/;

/** The same as the checker makes of a text; undefined where that is for the checker to say. */
export function readPlainSettings(text: string): ServingSettings | undefined {
  const keys = readPlainKeys(text);
  if (!keys) return undefined;
  const take = new PlainTaker(keys);
  const settings: ServingSettings = {
    directory: take.text('directory', servingDefaults.directory, /^\//),
    accounts: {
      writer: take.text('accounts.writer', servingDefaults.accounts.writer, ACCOUNT),
      reader: take.text('accounts.reader', servingDefaults.accounts.reader, ACCOUNT),
      keeper: take.text('accounts.keeper', servingDefaults.accounts.keeper, ACCOUNT),
      operators: take.text('accounts.operators', servingDefaults.accounts.operators, ACCOUNT),
    },
    budgets: {
      incomingBytes: take.size('budgets.incoming', servingDefaults.budgets.incoming),
      incomingFiles: take.count('budgets.incoming-files', servingDefaults.budgets['incoming-files']),
      reserveBytes: take.size('budgets.reserve', servingDefaults.budgets.reserve),
      sealsPerDay: take.count('budgets.seals-per-day', servingDefaults.budgets['seals-per-day']),
      newBytesPerDay: take.size('budgets.new-bytes-per-day', servingDefaults.budgets['new-bytes-per-day']),
    },
    timezone: take.text('timezone', servingDefaults.timezone, /^[A-Z][A-Za-z]+\/[A-Z][A-Za-z_/-]+$/),
    log: take.text('log', servingDefaults.log, /^\//),
  };
  return take.isWhole && isTimezone(settings.timezone) ? settings : undefined;
}

/** Takes keys one by one, and knows in the end whether each was fit and none is left of their groups. */
class PlainTaker {
  readonly #keys: PlainKeys;
  #isFit = true;

  constructor(keys: PlainKeys) {
    this.#keys = new Map(keys);
  }

  get isWhole(): boolean {
    const known = ['directory', 'timezone', 'log', 'accounts', 'budgets'];
    const isLeft = [...this.#keys.keys()].some((key) => known.includes(key.split('.')[0] ?? ''));
    return this.#isFit && !isLeft;
  }

  text(key: string, standard: string, pattern: RegExp): string {
    const value = this.#take(key) ?? standard;
    this.#isFit &&= pattern.test(value);
    return value;
  }

  size(key: string, standard: string): number {
    const bytes = parseSizeBytes(this.#take(key) ?? standard);
    this.#isFit &&= bytes !== undefined;
    return bytes ?? 0;
  }

  count(key: string, standard: number): number {
    const value = this.#take(key) ?? String(standard);
    this.#isFit &&= COUNT.test(value);
    return Number(value);
  }

  #take(key: string): string | undefined {
    const value = this.#keys.get(key);
    this.#keys.delete(key);
    return value;
  }
}
