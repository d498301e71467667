import type { Environment } from '../../system/run-command.ts';
import { readCompose, type ComposeReading } from '../../sources/compose/read-compose.ts';
import { openLook } from '../coverage/look-at.ts';
import { propose, type Proposal } from '../coverage/propose.ts';

export interface SurveyOptions {
  /** The application's repository: its top folder, without links in its path. */
  readonly directory: string;
  readonly composeFiles?: readonly string[];
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

export interface Survey {
  readonly compose: ComposeReading;
  readonly proposal: Proposal;
}

/** Looks at the repository, and its compose file, and says what there is to protect. Changes nothing. */
export async function survey({ directory, composeFiles, environment, signal }: SurveyOptions): Promise<Survey> {
  const compose = await readCompose({
    directory,
    environment,
    ...(composeFiles ? { files: composeFiles } : {}),
    ...(signal ? { signal } : {}),
  });
  const lookAt = await openLook(directory, environment);
  return { compose, proposal: propose({ model: compose.model, directory, lookAt }) };
}
