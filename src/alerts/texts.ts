import type { UpkeepVerb } from '../vault/vault-client.ts';
import type { AlertEvent, AlertStep, AlertSubject } from './alert.ts';
import { english } from './english.ts';
import { french } from './french.ts';

/** What an alert says in one language. Everything here is ours: nothing that others wrote comes into it. */
export interface AlertTexts {
  /** Stands at the head of every alert. */
  readonly events: Readonly<Record<AlertEvent, string>>;
  readonly colon: string;
  readonly subjects: Readonly<Record<AlertSubject, SubjectTexts>>;
  readonly test: { readonly headline: string; readonly explanation: string };
  readonly faultsTitle: string;
  readonly stepsTitle: string;
  readonly nextTitle: string;
  readonly host: string;
  readonly seen: string;
  readonly since: string;
  readonly lasted: string;
  readonly over: string;
  readonly more: (count: number) => string;
  readonly time: (instant: Date, timezone: string) => string;
  readonly duration: (milliseconds: number) => string;
}

export interface SubjectTexts {
  /** What is wrong, in one line. */
  readonly fault: string;
  /** What that means. */
  readonly explanation: string;
  /** That it is over, in one line. */
  readonly recovered: string;
  readonly chapter: string;
  /** `upkeep` gives the command line of the vault's own program for a verb. */
  readonly steps: (upkeep: (verb: UpkeepVerb) => string) => readonly AlertStep[];
}

/** The texts of a language. */
export function textsOf(language: 'fr' | 'en'): AlertTexts {
  return language === 'fr' ? french : english;
}
