import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../logging/failure.ts';
import { writeDurably } from '../../system/durable-file.ts';
import { isRecord } from '../../system/is-record.ts';
import type { Platform } from '../platform.ts';
import { learn, reference, restoreSteps, type Measure, type Rate, type Rates } from './rates.ts';

/** What this host has measured so far, by the file in its state directory; a file that is not one of ours tells nothing. */
export async function readRates(stateDirectory: string): Promise<Rates> {
  const text = await readFile(pathOf(stateDirectory), 'utf8').catch(() => '');
  return parseRates(text);
}

/** Notes down what the steps of a restore took, which is done: that this cannot be is no more than a warning. */
export async function noteMeasures(
  { config, logger }: Pick<Platform, 'config' | 'logger'>,
  measures: readonly Measure[],
): Promise<void> {
  try {
    const rates = measures.reduce(learn, await readRates(config.state));
    await writeDurably(pathOf(config.state), `${JSON.stringify({ version: 1, rates }, null, 2)}\n`, 0o600);
  } catch (error) {
    logger.warning(`what the restore took was not noted down for later estimates: ${messageOf(error)}`);
  }
}

function pathOf(stateDirectory: string): string {
  return join(stateDirectory, 'rates.json');
}

/** Each rate as the file has it, where that can be one; else the default. */
export function parseRates(text: string): Rates {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    file = undefined;
  }
  const noted = isRecord(file) && file['version'] === 1 && isRecord(file['rates']) ? file['rates'] : {};
  const entries = restoreSteps.map((step) => {
    const ofStep = noted[step];
    const ofTerms = Object.entries(reference[step]).map(([term, ms]) => {
      const rate = isRecord(ofStep) && Object.hasOwn(ofStep, term) ? ofStep[term] : undefined;
      return [term, isRate(rate) ? { ms: rate.ms, measured: rate.measured } : { ms, measured: 0 }] as const;
    });
    return [step, Object.fromEntries(ofTerms)] as const;
  });
  return Object.fromEntries(entries) as Rates;
}

/** A year for one of anything is no measure. */
const MOST_MS = 365 * 24 * 3_600_000;

function isRate(value: unknown): value is Rate {
  if (!isRecord(value)) return false;
  const { ms, measured } = value;
  return typeof ms === 'number' && ms > 0 && ms < MOST_MS && Number.isSafeInteger(measured) && Number(measured) > 0;
}
