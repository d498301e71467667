import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { formatError } from '../protocol/wire.ts';
import { loadServingSettings } from '../settings/serving.ts';
import { describeStore } from '../store/open-provisioned.ts';
import { ANSWERED_WITH_ERROR } from './hop.ts';
import { logTo } from './log-to.ts';
import { RequestLog } from './request-log.ts';
import type { CommandLine } from './command-line.ts';
import { serveRequest } from './serve.ts';

/** `vault answer --role ROLE --settings FILE [--client ADDRESS] WORD…`, as one of the keeper's wrappers runs it. */
export interface AnswerArguments {
  role: 'writer' | 'reader';
  settings: string;
  /** Where the SSH client says that it is. */
  client: string | undefined;
  words: readonly string[];
}

/** The word by which the account of an SSH client has a line written into the log; no client can say it. */
const NOTE = 'note';

/**
 * Answers a request as the keeper, and writes a line about it into the vault's log. Returns the exit code: 0, or one that
 * says that there was an answer, and that it was an error.
 */
export async function answerCommandLine(
  line: Pick<CommandLine, 'words' | 'program' | 'streams' | 'checkDump' | 'surveyDump' | 'complain'>,
): Promise<number> {
  const { program, streams, checkDump, surveyDump, complain } = line;
  const log = logTo(complain);
  let requests: RequestLog | undefined;
  try {
    const { role, settings, client, words } = parseAnswerArguments(line.words);
    const serving = await loadServingSettings(settings, dirname(realpathSync(program ?? '')));
    const store = await describeStore(serving);
    requests = new RequestLog(serving.log, { role, client, now: () => new Date() }, log);
    if (words[0] === NOTE) {
      requests.write(words.slice(1).join(' '));
      return 0;
    }
    const heard = listen(log);
    const dumps = { checkDump, ...(surveyDump ? { surveyDump } : {}) };
    const code = await serveRequest({ ...store, role, words, ...streams(), ...dumps, log: heard.log });
    requests.writeOutcome(words, heard.last() ?? 'answered');
    return code === 0 ? 0 : ANSWERED_WITH_ERROR;
  } catch (error) {
    log.error(messageOf(error));
    requests?.write(`failed: ${messageOf(error)}`);
    streams().output.write(formatError(error));
    return ANSWERED_WITH_ERROR;
  }
}

/**
 * Options stand where the wrapper puts them and nowhere else: what comes behind is the account's, who must not become
 * another role by words of its own.
 * @throws Failure `usage`
 */
export function parseAnswerArguments(all: readonly string[]): AnswerArguments {
  const [group, verb, roleOption, role, settingsOption, settings, ...rest] = all;
  const isOurs = group === 'vault' && verb === 'answer' && roleOption === '--role' && settingsOption === '--settings';
  if (!isOurs || (role !== 'writer' && role !== 'reader') || !settings?.startsWith('/')) {
    throw new Failure(
      'usage',
      'expected: vault answer --role writer|reader --settings FILE WORD…',
      'The wrappers of a provisioned vault run it; FILE is absolute.',
    );
  }
  if (rest[0] !== '--client') return { role, settings, client: undefined, words: rest };
  return { role, settings, client: rest[1], words: rest.slice(2) };
}

/** Passes on what is said, and remembers the last of it. */
function listen(log: Logger): { log: Logger; last: () => string | undefined } {
  let last: string | undefined;
  return {
    log: {
      ...log,
      info: (message) => void (last = message),
      warning(message) {
        last = `warning: ${message}`;
        log.warning(message);
      },
      error(message) {
        last = `refused or failed: ${message}`;
        log.error(message);
      },
    },
    last: () => last,
  };
}
