import { endPrograms } from './end-programs.ts';
import { locateRunnerTemp, PRIVATE_DIRECTORY_STATE, removePrivateDirectory } from './private-directory.ts';

// The post step of every action: removes what a killed main step left. It is a bundle of its own, dist/post.js, because
// the runner also starts it where the main step was ended before it could say that it had begun: told apart by that
// alone, the post step of a cancelled restore would be the restore.
const left = process.env[`STATE_${PRIVATE_DIRECTORY_STATE}`];
if (left) {
  endPrograms(left);
  removePrivateDirectory(left, locateRunnerTemp(process.env));
}
