import * as core from '@actions/core';
import { shorten } from '../../src/logging/code-span.ts';
import { Failure, toFailure } from '../../src/logging/failure.ts';
import { summarizeFailure } from '../../src/report/summary/failure-summary.ts';
import type { ActionDefinition } from './action.ts';
import { createActionsLogger, MAX_ANNOTATION_LENGTH } from './actions-logger.ts';
import { endPrograms, STEP_VARIABLE } from './end-programs.ts';
import { Inputs, takeInputs } from './inputs.ts';
import {
  locateRunnerTemp,
  makePrivateDirectory,
  PRIVATE_DIRECTORY_STATE,
  removePrivateDirectory,
} from './private-directory.ts';
import { Redactor } from './redactor.ts';
import { writeOutcome, writeSummary } from './step-files.ts';

const secondSignalCode = 130;

/**
 * Runs an action as a step: the one place where anything thrown is caught, and where anything is written. What a
 * killed step leaves is removed by its post step (post.ts).
 */
export async function runAction(definition: ActionDefinition): Promise<void> {
  const redactor = new Redactor((form) => core.setSecret(form));
  const redact = (text: string) => redactor.redact(text);
  const title = `Continuity ${definition.name}`;
  const logger = createActionsLogger({ title, redact });
  try {
    const runnerTemp = locateRunnerTemp(process.env);
    const privateDirectory = makePrivateDirectory(runnerTemp);
    const remove = () => removePrivateDirectory(privateDirectory, runnerTemp);
    process.once('exit', remove);
    // What this program starts is found by it when it has to end.
    process.env[STEP_VARIABLE] = privateDirectory;
    core.saveState(PRIVATE_DIRECTORY_STATE, privateDirectory);
    const mask = (secret: string) => redactor.add(secret);
    const signal = endInOrder(privateDirectory, logger.warning.bind(logger));
    try {
      const inputs = new Inputs(takeInputs(process.env), mask);
      const environment = { ...process.env };
      const outcome = await definition.run({ inputs, environment, logger, signal, privateDirectory, mask });
      logger.close();
      logger.info(outcome.report);
      writeOutcome(definition.name, outcome, runnerTemp, redact);
      if (outcome.failure) fail(outcome.failure, title, redact);
    } finally {
      remove();
    }
  } catch (error) {
    logger.close();
    const { kind, message, next } = toFailure(error, 'Run it again with debug logging enabled');
    // Before markdown writes anything of it in another way.
    const failure = new Failure(kind, redact(message), redact(next));
    writeSummary(summarizeFailure(title, failure), redact);
    fail(failure, title, redact);
    if (error instanceof Error) core.debug(redact(error.stack ?? ''));
  }
}

/** The two signals of a cancelled run: SIGINT ends it in order, SIGTERM (7.5 s later) at once. */
function endInOrder(privateDirectory: string, say: (message: string) => void): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) {
        endPrograms(privateDirectory);
        process.exit(secondSignalCode);
      }
      say(`${name}: the run was cancelled and ends in order.`);
      abort.abort(new Error(`ended by ${name}`));
    });
  }
  return abort.signal;
}

/** One annotation with what failed, and what to do next. */
function fail({ message, next }: Failure, title: string, redact: (text: string) => string): void {
  process.exitCode = core.ExitCode.Failure;
  const advice = next === '' ? '' : `\n${redact(next)}`;
  // Of a long message the middle goes: what to do next stands at the end.
  core.error(`${shorten(redact(message), MAX_ANNOTATION_LENGTH - advice.length - 1)}${advice}`, { title });
}
