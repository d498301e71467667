import type { RestoreEstimate, StepDuration } from './estimate.ts';

/** Measures what the steps of one restore take; one that is made in several parts is added up. */
export class StepClock {
  readonly #durations = new Map<StepDuration['step'], number>();

  async time<T>(step: StepDuration['step'], work: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    const result = await work();
    this.note(step, Date.now() - begun);
    return result;
  }

  note(step: StepDuration['step'], ms: number): void {
    this.#durations.set(step, (this.#durations.get(step) ?? 0) + ms);
  }

  /** The steps in the order of their beginning, beside what had been expected of them. */
  compare({ steps }: RestoreEstimate): StepDuration[] {
    return [...this.#durations].map(([step, ms]) => {
      const expected = steps.find((candidate) => candidate.step === step);
      return { step, ms, ...(expected ? { estimatedMs: expected.ms } : {}) };
    });
  }
}
