import * as core from '@actions/core';
import type { Logger } from '../../src/logging/logger.ts';
import { createProgressLines, PROGRESS_INTERVAL_MS } from '../../src/logging/progress-lines.ts';
import { neutralize } from './neutralize.ts';

/**
 * GitHub shows ten annotations of a kind for each step: one place is kept for how many there are besides, and among the
 * errors one for why the step failed.
 */
const MAX_WARNINGS = 9;
const MAX_ERRORS = 8;
/** GitHub cuts longer ones. */
export const MAX_ANNOTATION_LENGTH = 4000;

/** A logger for a step. `close` ends the open group and says what had no annotation of its own. */
export interface ActionsLogger extends Logger {
  close(): void;
}

export interface ActionsLoggerOptions {
  /** Stands over annotations: what ran. */
  title: string;
  redact: (text: string) => string;
  progressIntervalMs?: number;
}

/** Writes a step's log: phases as groups, warnings and errors as annotations, progress as lines. */
export function createActionsLogger({ title, redact, progressIntervalMs }: ActionsLoggerOptions): ActionsLogger {
  const clean = (message: string) => neutralize(redact(message));
  const line = (message: string) => core.info(clean(message));
  const annotate = {
    warning: limitAnnotations(MAX_WARNINGS, core.warning),
    error: limitAnnotations(MAX_ERRORS, core.error),
  };
  const report = (kind: 'warning' | 'error', message: string) => {
    const shown = clean(message);
    if (!annotate[kind].show(shown.slice(0, MAX_ANNOTATION_LENGTH), title)) core.info(`${kind}: ${shown}`);
  };
  let isGroupOpen = false;
  const endGroup = () => {
    if (isGroupOpen) core.endGroup();
    isGroupOpen = false;
  };
  return {
    debug: (message) => core.debug(clean(message)),
    info: line,
    warning: (message) => report('warning', message),
    error: (message) => report('error', message),
    phase(name) {
      endGroup();
      core.startGroup(clean(name));
      isGroupOpen = true;
    },
    progress: createProgressLines(line, progressIntervalMs ?? PROGRESS_INTERVAL_MS),
    close() {
      endGroup();
      annotate.warning.close('warnings', title);
      annotate.error.close('errors', title);
    },
  };
}

function limitAnnotations(limit: number, write: (message: string, properties: core.AnnotationProperties) => void) {
  let shown = 0;
  let hidden = 0;
  return {
    /** False where there is no room: the message has to go to the log alone. */
    show(message: string, title: string): boolean {
      if (shown === limit) {
        hidden += 1;
        return false;
      }
      shown += 1;
      write(message, { title });
      return true;
    },
    close(kind: string, title: string): void {
      if (hidden > 0) write(`${hidden} more ${kind}: see the log and the summary`, { title });
      hidden = 0;
    },
  };
}
