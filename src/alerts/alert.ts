import type { UpkeepVerb } from '../vault/vault-client.ts';

/** What an alert is about. It keeps the faults of different commands apart. */
export type AlertSubject = `vault.${UpkeepVerb}` | 'production.backup' | 'production.verify' | 'production.status';

/** How a command has found its subject. */
export interface Observation {
  readonly subject: AlertSubject;
  /** What is wrong, worst first, in the words of the command; empty where all is well. */
  readonly faults: readonly string[];
  /** What to do about it, in the words of the command. */
  readonly next?: string;
  readonly time: Date;
}

/** Why somebody is told: a fault began, another one came to it, it still stands, it is over; or somebody tries it out. */
export type AlertEvent = 'fault' | 'changed' | 'reminder' | 'recovery' | 'test';

/** One message, before any channel gives it its form. What others wrote (names of files, words of tools) is in `faults` and `next` alone. */
export interface Alert {
  readonly event: AlertEvent;
  readonly subject: AlertSubject | 'test';
  readonly language: 'fr' | 'en';
  /** Name of the host that tells. */
  readonly host: string;
  readonly time: Date;
  /** Since when it is known. */
  readonly since?: Date;
  /** In one line. */
  readonly headline: string;
  /** In plain words, what it means. */
  readonly explanation: string;
  /** When, since when, which host. */
  readonly circumstances: readonly string[];
  readonly faultsTitle: string;
  readonly faults: readonly string[];
  readonly stepsTitle: string;
  readonly steps: readonly AlertStep[];
  /** What the command itself advises. */
  readonly nextTitle: string;
  readonly next?: string;
  /** Where the manual speaks of it. */
  readonly chapter?: string;
}

/** Something to do, with the exact command where there is one. */
export interface AlertStep {
  readonly text: string;
  readonly command?: string;
}

/** What one channel made of an alert; `error` holds no secret. */
export interface Delivery {
  /** `mail smtp.univ.example:587`, `webhook mattermost (HOOK_URL)`; never an address that is a secret. */
  readonly channel: string;
  readonly isDelivered: boolean;
  readonly error?: string;
}
