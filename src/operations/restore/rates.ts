/** The parts of a restore whose time can be told beforehand, in order. */
export const restoreSteps = ['safety', 'databases', 'files', 'swap', 'health'] as const;
export type RestoreStep = (typeof restoreSteps)[number];

/** What a step takes time for: once, for each megabyte of content, entry of files, service that is halted. */
const terms = ['once', 'megabyte', 'entry', 'service'] as const;
type Term = (typeof terms)[number];

/** How much there is to do. */
export type Quantities = Partial<Record<Term, number>>;

/** Milliseconds for one, and how often that was measured on this host. */
export interface Rate {
  ms: number;
  measured: number;
}

export type StepRates = Partial<Record<Term, Rate>>;
export type Rates = Record<RestoreStep, StepRates>;

/** One step as it went. */
export interface Measure {
  step: RestoreStep;
  quantities: Quantities;
  ms: number;
}

/**
 * Until this host has measured its own: what the machine of docs/benchmark.md (two cores) takes while it has other work
 * to do as well, and of services what a container may take that does not heed its stop signal at once.
 */
export const reference: Record<RestoreStep, Partial<Record<Term, number>>> = {
  safety: { once: 4000, megabyte: 40, entry: 0.05 },
  databases: { once: 1500, megabyte: 150 },
  files: { once: 500, megabyte: 40, entry: 0.5 },
  swap: { once: 2000, entry: 0.05, service: 3000 },
  health: { once: 30_000 },
};

/** Later measures count at least that much, so that a host which has changed is noticed. */
const MEMORY = 10;
/** A measure further from what is known than this factor counts as being that far: one bad night spoils nothing. */
const OUTLIER = 3;

/** What a step takes, by its rates, and how often the rate that most of it goes by was measured on this host. */
export function predict(rates: StepRates, quantities: Quantities): { ms: number; measured: number } {
  const parts = terms.map((term) => ({ term, ms: (rates[term]?.ms ?? 0) * (quantities[term] ?? 0) }));
  const largest = parts.reduce((a, b) => (b.ms > a.ms ? b : a));
  return {
    ms: Math.round(parts.reduce((sum, { ms }) => sum + ms, 0)),
    measured: rates[largest.term]?.measured ?? 0,
  };
}

/**
 * The rates after a further measure. One measure says one thing: it is taken to be about what most of the step's time
 * goes by, so that a small restore does not pass for a slow one. A running mean; the first one takes the default's place.
 */
export function learn(rates: Rates, { step, quantities, ms }: Measure): Rates {
  const known = rates[step];
  const shares = terms.flatMap((term) => {
    const amount = quantities[term] ?? 0;
    const rate = known[term];
    return rate && amount > 0 ? [{ term, rate, amount, ms: rate.ms * amount }] : [];
  });
  if (shares.length === 0) return rates;
  const largest = shares.reduce((a, b) => (b.ms > a.ms ? b : a));
  const rest = shares.reduce((sum, share) => sum + share.ms, 0) - largest.ms;
  const found = Math.max(ms - rest, ms / 4, 0.001) / largest.amount;
  const { rate, term } = largest;
  const next = rate.measured === 0 ? found : average(rate, found);
  return { ...rates, [step]: { ...known, [term]: { ms: next, measured: rate.measured + 1 } } };
}

function average({ ms, measured }: Rate, found: number): number {
  const near = Math.min(Math.max(found, ms / OUTLIER), ms * OUTLIER);
  return ms + (near - ms) / Math.min(measured + 1, MEMORY);
}
