import { Failure } from '../../logging/failure.ts';

/**
 * What is watched: that archives are made, that they are proven, and that now and then one is read again to its last byte.
 * The quick verification of each night says nothing of the last one.
 */
export const subjects = ['backup', 'verification', 'full-verification'] as const;
export type Subject = (typeof subjects)[number];

/** A job that counts for a subject. */
export interface WatchedJob {
  subject: Subject;
  /** File name of its workflow: `backup.yml`. */
  workflow: string;
  /** Its name as runs show it: `Back up`. */
  job: string;
}

/**
 * Reads `WORKFLOW-FILE/JOB-NAME`, each.
 * @throws Failure `usage` naming the input.
 */
export function parseWatchedJobs(texts: readonly string[], subject: Subject, input: string): WatchedJob[] {
  if (texts.length === 0 || texts.length > 10) throw refuse(input, 'expected one to ten jobs');
  return texts.map((text) => {
    const [, workflow, job] = /^([\w.-]{1,100}\.ya?ml)\/(\S.{0,199})$/u.exec(text.trim()) ?? [];
    if (!workflow || !job) throw refuse(input, 'expected WORKFLOW-FILE/JOB-NAME, such as backup.yml/Back up');
    return { subject, workflow, job };
  });
}

/** A job of a reusable workflow is named after the job that calls it: `caller / Back up`. */
export function isNamed(name: string, { job }: WatchedJob): boolean {
  return name === job || name.endsWith(` / ${job}`);
}

function refuse(input: string, expected: string): Failure {
  return new Failure('usage', `${input}: ${expected}`, 'Correct it in the workflow that watches.');
}
