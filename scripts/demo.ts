import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCodes } from '../src/logging/failure.ts';
import { awaitInterruption, Interruption } from './demo/interruption.ts';
import { play } from './demo/play.ts';
import { Story } from './demo/story.ts';
import { Workspace } from './demo/workspace.ts';
import { reportFailure } from './report-failure.ts';
import { version } from '../src/version.ts';

// npm run demo: one night and one accident, played for real in a temporary directory. Nothing is left behind, however
// it ends.
const { stdout, stderr, env: environment } = process;

async function run(story: Story, workspace: Workspace): Promise<number> {
  const abort = new AbortController();
  const interrupted = awaitInterruption(abort, stdout);
  // Whatever anybody calls temporary from now on lies in there.
  environment['TMPDIR'] = workspace.path;
  story.title('Skills Hub continuity: one night and one accident, for real');
  story.say(`On this machine alone, in ${workspace.path}, of which nothing is left at the end.`);
  const options = {
    workspace,
    environment,
    signal: abort.signal,
    // Beside our own bundle: both are built and committed together.
    vaultBundlePath: join(dirname(realpathSync(process.argv[1] ?? '.')), '..', 'vault', 'index.js'),
    toolVersion: version,
  };
  try {
    await Promise.race([play(story, options), interrupted]);
    return exitCodes.ok;
  } catch (error) {
    story.say('');
    return reportEnd(error);
  } finally {
    await workspace.remove();
  }
}

function reportEnd(error: unknown): number {
  if (error instanceof Interruption) {
    stderr.write(`${error.message}: removing everything\n`);
    return Interruption.exitCode;
  }
  const code = reportFailure(error, { stdout, stderr, environment, args: process.argv, json: false });
  stderr.write('The demo FAILED: something is not as it has to be.\n');
  return code;
}

const hasColor = stdout.isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
const story = new Story({ write: (text) => void stdout.write(text), hasColor });
// What was interrupted may still wait for something that no longer is: nothing is waited for any more.
process.exit(await run(story, new Workspace({ prefix: 'continuity-demo-' })));
