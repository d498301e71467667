import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInOrder, type Job } from '../../../src/archive/run-in-order.ts';

/** Jobs of these weights, and what is under way of them. */
function makeJobs(weights: readonly number[]) {
  const started: number[] = [];

  async function* jobs(): AsyncGenerator<Job<number>, void, undefined> {
    for (const [index, weightBytes] of weights.entries()) {
      await Promise.resolve();

      yield {
        weightBytes,
        start: async () => {
          started.push(index);
          // The later, the sooner ready.
          await sleep(20 - 2 * index);
          return index;
        },
      };
    }
  }
  return { jobs: jobs(), started };
}

async function collect(results: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const result of results) all.push(result);
  return all;
}

describe('jobs side by side', () => {
  it('give their results in their own order, whoever is ready first', async () => {
    const { jobs } = makeJobs([1, 1, 1, 1, 1]);
    expect(await collect(runInOrder(jobs, 3))).toEqual([0, 1, 2, 3, 4]);
  });

  it('are started while an earlier result is dealt with, as far as there is room', async () => {
    const { jobs, started } = makeJobs([2, 2, 2, 2]);
    const results = runInOrder(jobs, 6);
    await results.next();
    await sleep(5);
    expect(started).toEqual([0, 1, 2]);
    await results.next();
    await sleep(5);
    expect(started).toEqual([0, 1, 2, 3]);
    await results.return();
  });

  it('run alone above the limit, until the result has been dealt with', async () => {
    const { jobs, started } = makeJobs([1, 9, 1]);
    const results = runInOrder(jobs, 4);
    expect((await results.next()).value).toBe(0);
    await sleep(5);
    expect(started).toEqual([0]);
    expect((await results.next()).value).toBe(1);
    await sleep(5);
    expect(started).toEqual([0, 1]);
    expect((await results.next()).value).toBe(2);
    expect((await results.next()).done).toBe(true);
  });

  it('end with the first failure, be it of a job or of whoever makes them', async () => {
    const fail = (): Promise<number> => Promise.reject(new Error('a job failed'));
    async function* failing(): AsyncGenerator<Job<number>, void, undefined> {
      yield { weightBytes: 1, start: () => Promise.resolve(7) };
      yield { weightBytes: 1, start: fail };
      yield { weightBytes: 1, start: fail };
      await sleep(1000, undefined, { ref: false });
    }
    await expect(collect(runInOrder(failing(), 9))).rejects.toThrow('a job failed');
    async function* broken(): AsyncGenerator<Job<number>, void, undefined> {
      yield { weightBytes: 1, start: () => Promise.resolve(7) };
      await Promise.resolve();
      throw new Error('no more jobs');
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const result of runInOrder(broken(), 9)) seen.push(result);
    })();
    await expect(reading).rejects.toThrow('no more jobs');
    expect(seen).toEqual([7]);
  });

  it('are not asked for any more once nobody reads; their maker is closed', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Job<number>, void, undefined> {
      try {
        for (let index = 0; ; index++) {
          await Promise.resolve();
          yield { weightBytes: 1, start: () => Promise.resolve(index) };
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const result of runInOrder(endless(), 3)) if (result === 5) break;
    await sleep(5);
    expect(isClosed).toBe(true);
  });
});
