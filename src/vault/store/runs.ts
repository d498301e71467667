import type { Origin } from '../../archive/recipe.ts';
import type { Plan } from './plan.ts';

/** Extents that stand one behind the other both where they come from and where they go. Sizes and places in bytes. */
export interface Run {
  from: Origin;
  targetOffset: number;
  length: number;
  /** Ordinal of the first extent, and how many there are. */
  first: number;
  count: number;
}

/** Joins a plan's extents into the longest runs, in order. */
export function* joinRuns({ extents, originOf }: Pick<Plan, 'extents' | 'originOf'>): Generator<Run, void, undefined> {
  let run: Run | undefined;
  for (let ordinal = 0; ordinal < extents.count; ordinal++) {
    const { offset, length } = extents.at(ordinal);
    const from = originOf(ordinal);
    if (run && isNext(run, from)) {
      run.length += length;
      run.count++;
      continue;
    }
    if (run) yield run;
    run = { from, targetOffset: offset, length, first: ordinal, count: 1 };
  }
  if (run) yield run;
}

function isNext({ from, length }: Run, next: Origin): boolean {
  if ('base' in from) return 'base' in next && next.base === from.base + length;
  return 'segment' in next && next.segment === from.segment && next.at === from.at + length;
}
