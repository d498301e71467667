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
  #waitedMs = 0;
  #isWaiting = false;

  constructor(logger: Logger, order: readonly StepName[], record: RecoveryRecord, save: () => Promise<void>) {
    this.#logger = logger;
    this.#order = order;
    this.#record = record;
    this.#save = save;
  }

  async run<T>(step: StepName, work: () => Promise<T>): Promise<T> {
    this.#announce(step);
    const begun = performance.now();
    this.#waitedMs = 0;
    const timer = setInterval(() => {
      if (this.#isWaiting) return;
      this.#logger.info(`   … ${formatDuration(performance.now() - begun - this.#waitedMs)} (en cours, still at it)`);
    }, signOfLifeMs);
    try {
      const result = await work();
      const durationMs = Math.round(performance.now() - begun - this.#waitedMs);
      this.#note(step, durationMs);
      await this.#save();
      this.#logger.info(`   fait en ${formatDuration(durationMs)} (done)`);
      return result;
    } finally {
      clearInterval(timer);
    }
  }

  /** Asks a person: nothing is written over the question meanwhile, and their time is not the step's. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    this.#isWaiting = true;
    try {
      return await question();
    } finally {
      this.#isWaiting = false;
      this.#waitedMs += performance.now() - begun;
    }
  }

  /** A step that an earlier run had completed. */
  pass(step: StepName, why: string): void {
    this.#announce(step);
    this.times.push({ step, durationMs: this.#record.durationsMs[step] ?? 0, earlier: true });
    this.#logger.info(`   déjà fait (done before): ${why}`);
  }

  /** Once a recovery has come to its end, how long it took stays on record, whatever looks at it afterwards. */
  #note(step: StepName, durationMs: number): void {
    const { finished, durationsMs } = this.#record;
    const recorded = finished === undefined ? undefined : durationsMs[step];
    if (recorded === undefined) durationsMs[step] = durationMs;
    this.times.push({ step, durationMs: recorded ?? durationMs, earlier: recorded !== undefined });
  }

  #announce(step: StepName): void {
    const [french, english] = stepTitles[step];
    const title = `Étape ${this.#order.indexOf(step) + 1}/${this.#order.length} : ${french} (${english})`;
    this.#logger.phase(title);
    this.#logger.info(title);
  }
}
