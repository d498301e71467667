import { Failure, messageOf } from '../../logging/failure.ts';

/** What one check found. */
export interface Finding {
  /** What was looked at: `databases.app`, `vault`. */
  subject: string;
  state: 'ok' | 'warning' | 'failed';
  message: string;
  /** What to do about it; absent where nothing is to be done. */
  next?: string;
}

/** Runs a check; what it throws is its finding. */
export async function examine(subject: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const next = error instanceof Failure ? { next: error.next } : {};
    return [{ subject, state: 'failed', message: messageOf(error), ...next }];
  }
}

export function fine(subject: string, message: string): Finding {
  return { subject, state: 'ok', message };
}

export function worry(subject: string, message: string, next?: string): Finding {
  return { subject, state: 'warning', message, ...(next ? { next } : {}) };
}
