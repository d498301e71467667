import type { DumpSurveyor } from '../../archive/foreign-survey.ts';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger } from '../store/ledger.ts';
import { obtainSurvey, readKnownSurvey } from '../store/surveys.ts';
import type { AdoptResult } from './adopt.ts';

export interface SurveyAdoptedOptions {
  store: Store;
  logger: Logger;
  surveyDump: DumpSurveyor;
  signal?: AbortSignal;
}

/** Reads through the archives of the former script that nobody has yet, the newest first; one that is damaged is named. */
export async function surveyAdopted(options: SurveyAdoptedOptions): Promise<NonNullable<AdoptResult['surveys']>> {
  const { store, logger, surveyDump, signal } = options;
  const surveys: NonNullable<AdoptResult['surveys']> = { made: 0, unfit: [] };
  const lines = listLedgerArchives(await readLedger(store))
    .flatMap((line) =>
      line.action === 'foreign' && line.sha256 !== undefined ? [{ ...line, sha256: line.sha256 }] : [],
    )
    .sort((a, b) => (a.time < b.time ? 1 : -1));
  for (const [at, line] of lines.entries()) {
    const { name } = line;
    const progress = (done: number, total: number): void => {
      signal?.throwIfAborted();
      logger.progress({ phase: `reading through ${at + 1}/${lines.length}`, done, total, unit: 'bytes' });
    };
    try {
      if (!(await readKnownSurvey(store, line))) {
        await (await obtainSurvey({ store, name, surveyDump, progress })).file.close();
        surveys.made++;
      }
      const fault = (await readKnownSurvey(store, line))?.fault;
      if (fault) surveys.unfit.push({ name, why: `${fault.where}: ${fault.what}` });
    } catch (error) {
      if (!(error instanceof Failure) || (error.kind !== 'damaged' && error.kind !== 'vault')) throw error;
      surveys.unfit.push({ name, why: error.message });
    }
  }
  return surveys;
}
