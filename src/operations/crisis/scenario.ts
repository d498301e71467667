/** The manual's three: a deletion by accident, an attack, a machine that is lost. */
export type CrisisScenario = 'a' | 'b' | 'c';

/** What a person sees of a crisis. */
export interface Signs {
  /** Production starts, and one can log in to it. */
  isServing: boolean;
  /** Encrypted files, a ransom note, somebody who has no business there. */
  isAttacked: boolean;
}

/** An attack comes first: on a machine that somebody else may hold, nothing may be restored in place. */
export function nameScenario({ isServing, isAttacked }: Signs): CrisisScenario {
  if (isAttacked) return 'b';
  return isServing ? 'a' : 'c';
}

/** In French, and in English beside it. */
export const scenarioTitles: Record<CrisisScenario, readonly [string, string]> = {
  a: ['suppression accidentelle', 'deleted by accident'],
  b: ['attaque', 'attack'],
  c: ['panne totale', 'total loss'],
};
