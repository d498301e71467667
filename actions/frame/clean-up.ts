import { endPrograms } from './end-programs.ts';
import { locateRunnerTemp, PRIVATE_DIRECTORY_STATE, removePrivateDirectory } from './private-directory.ts';

/** Ends and removes what a killed main step left; after one that ended by itself there is nothing. */
export function cleanUp(): void {
  const left = process.env[`STATE_${PRIVATE_DIRECTORY_STATE}`];
  if (!left) return;
  endPrograms(left);
  removePrivateDirectory(left, locateRunnerTemp(process.env));
}
