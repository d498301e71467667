import type { Logger } from '../../logging/logger.ts';
import { formatDuration } from '../../logging/quantity-text.ts';
import type { RecoveryRecord } from './recovery-record.ts';

/** The steps of a recovery, in both languages: at night people read the first line that they understand. */
export const stepTitles = {
  key: ['nouvelle clé d’écriture', 'new writer key'],
  archive: ['choix et vérification de l’archive', 'choosing and verifying the archive'],
  kit: ['configuration et secrets', 'configuration and secrets'],
  room: ['place sur les disques', 'room on the disks'],
  databases: ['démarrage des bases de données', 'starting the databases'],
  restore: ['restauration des bases et des fichiers', 'restoring databases and files'],
  platform: ['démarrage de la plateforme', 'starting the platform'],
  health: ['contrôle de l’adresse', 'checking the address'],
} as const;

export type StepName = keyof typeof stepTitles;

/** One step of this run; `earlier`: an earlier run had done it, in that time. */
export interface StepTime {
  step: StepName;
  durationMs: number;
  earlier: boolean;
}

const signOfLifeMs = 20_000;

/** Says which step begins, that it still goes on, and how long it took. */
export class StepLog {
  readonly times: StepTime[] = [];
  readonly #logger: Logger;
  readonly #order: readonly StepName[];
  readonly #record: RecoveryRecord;
  readonly #save: () => Promise<void>;

  constructor(logger: Logger, order: readonly StepName[], record: RecoveryRecord, save: () => Promise<void>) {
    this.#logger = logger;
    this.#order = order;
    this.#record = record;
    this.#save = save;
  }

  async run<T>(step: StepName, work: () => Promise<T>): Promise<T> {
    this.#announce(step);
    const begun = performance.now();
    const timer = setInterval(() => {
      this.#logger.info(`… ${formatDuration(performance.now() - begun)} (en cours, still at it)`);
    }, signOfLifeMs);
    try {
      const result = await work();
      const durationMs = Math.round(performance.now() - begun);
      this.times.push({ step, durationMs, earlier: false });
      this.#record.durationsMs[step] = durationMs;
      await this.#save();
      this.#logger.info(`   fait en ${formatDuration(durationMs)} (done)`);
      return result;
    } finally {
      clearInterval(timer);
    }
  }

  /** A step that an earlier run had completed. */
  pass(step: StepName, why: string): void {
    this.#announce(step);
    this.times.push({ step, durationMs: this.#record.durationsMs[step] ?? 0, earlier: true });
    this.#logger.info(`   déjà fait (done before): ${why}`);
  }

  #announce(step: StepName): void {
    const [french, english] = stepTitles[step];
    const title = `Étape ${this.#order.indexOf(step) + 1}/${this.#order.length} : ${french} (${english})`;
    this.#logger.phase(title);
    this.#logger.info(title);
  }
}
