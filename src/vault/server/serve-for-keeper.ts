import { dirname, join } from 'node:path';
import { realpathSync } from 'node:fs';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { parseRequest } from '../protocol/words.ts';
import { loadServingSettings, type ServingSettings } from '../settings/serving.ts';
import { hopToKeeper, tellKeeper, type Hop } from './hop.ts';
import { openToKeeper } from './open-to-keeper.ts';
import type { CommandLine } from './command-line.ts';
import { splitCommand } from './split-command.ts';

/** A request to a provisioned vault, as the account that the SSH client has logged in to meets it. */
export interface FrontRequest extends CommandLine {
  role: 'writer' | 'reader';
  settings: string;
  log: Logger;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What the writer's or the reader's account does by itself: it checks the words, receives segments, and hands everything
 * else on to the keeper, whom it may ask for nothing but that. Returns the exit code.
 * @throws Failure where there is no keeper to ask, or `refused`, which the keeper has been told.
 */
export async function serveForKeeper(request: FrontRequest): Promise<number> {
  const { role, command = '', log } = request;
  const library = dirname(realpathSync(request.program ?? ''));
  const settings = await loadServingSettings(request.settings, library);
  const hop: Hop = {
    keeper: settings.accounts.keeper,
    wrapper: join(library, `answer-${role}`),
    client: findClient(request.connection),
    searchPath: request.searchPath ?? SYSTEM_PATH,
  };
  let words: string[];
  try {
    words = splitCommand(command);
    if (words[0] !== 'rsync' || role === 'reader') parseRequest(words, role);
  } catch (error) {
    tellKeeper(hop, `${JSON.stringify(command.slice(0, 200))}: refused: ${messageOf(error)}`);
    throw error;
  }
  if (words[0] === 'rsync') return await receive(settings, words, hop, log);
  if (words[0] === 'seal') openToKeeper(join(settings.directory, '.incoming'));
  return await hopToKeeper(hop, words, request.complain);
}

async function receive(settings: ServingSettings, words: string[], hop: Hop, log: Logger): Promise<number> {
  const { receiveSegments } = await import(/* webpackMode: "eager" */ './receive-segments.ts');
  const startedMs = performance.now();
  const tell = (outcome: string): void =>
    tellKeeper(hop, `rsync: ${outcome}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  // Nobody but the account and its group reads what it receives.
  process.umask(0o027);
  try {
    const code = await receiveSegments({
      incoming: join(settings.directory, '.incoming'),
      words,
      streams: 'inherit',
      budget: settings.budgets,
      environment: { PATH: hop.searchPath, LC_ALL: 'C' },
    });
    tell(code === 0 ? 'received' : `ended with code ${code}`);
    return code;
  } catch (error) {
    tell(`refused: ${messageOf(error)}`);
    // rsync's client shows what it reads on standard error; a refusal on standard output would only confuse it.
    log.error(`writer: rsync: ${messageOf(error)}`);
    return 1;
  }
}

/** The address out of SSH_CONNECTION. */
function findClient(connection: string | undefined): string | undefined {
  const [address = ''] = (connection ?? '').split(' ');
  return /^[0-9A-Fa-f.:%a-z]{2,60}$/.test(address) ? address : undefined;
}
