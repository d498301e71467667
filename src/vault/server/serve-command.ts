import { Failure } from '../../logging/failure.ts';
import type { CommandLine } from './command-line.ts';
import { logTo } from './log-to.ts';
import { formatError } from '../protocol/wire.ts';
import { roles, type Role } from '../protocol/words.ts';
import { splitCommand } from './split-command.ts';

type ServeArguments =
  { role: Role; directory: string; words: readonly string[] } | { role: 'writer' | 'reader'; settings: string };

/** Answers the one request that a process of `vault serve` or `vault answer` was started for; returns its exit code. */
export async function serveCommandLine(line: CommandLine): Promise<number> {
  const { words, command, streams, checkDump, surveyDump, complain } = line;
  const log = logTo(complain);
  try {
    if (words[0] === 'vault' && words[1] === 'answer') {
      const { answerCommandLine } = await import(/* webpackMode: "eager" */ './answer-command.ts');
      return await answerCommandLine(line);
    }
    const parsed = parseServeArguments(words, command);
    // Each way of answering is loaded when it is known: most requests load next to nothing here.
    if ('settings' in parsed) {
      const { serveForKeeper } = await import(/* webpackMode: "eager" */ './serve-for-keeper.ts');
      return await serveForKeeper({ ...line, ...parsed, log });
    }
    const { serve, serveRsync } = await import(/* webpackMode: "eager" */ './serve.ts');
    // rsync reads and writes the descriptors themselves, which must not be touched before.
    if (parsed.words[0] === 'rsync') return await serveRsync({ ...parsed, streams: 'inherit', log });
    return await serve({ ...parsed, ...streams(), checkDump, ...(surveyDump ? { surveyDump } : {}), log });
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    streams().output.write(formatError(error));
    return 1;
  }
}

/**
 * Takes the command line apart. Words after the options are the request, as a plain account is asked; without any it is
 * what the SSH client wanted to run. With settings the client's command is left to whoever splits it.
 * @throws Failure `usage` for the options, `refused` for the client's command.
 */
export function parseServeArguments(words: readonly string[], command: string | undefined): ServeArguments {
  const [group, verb, ...rest] = words;
  const options = new Map<string, string>();
  while (rest[0] === '--role' || rest[0] === '--path' || rest[0] === '--settings') {
    const [name = '', value] = rest.splice(0, 2);
    if (value !== undefined) options.set(name, value);
  }
  const role = roles.find((known) => known === options.get('--role'));
  const [directory, settings] = [options.get('--path'), options.get('--settings')];
  if (group === 'vault' && verb === 'serve' && role) {
    if (settings?.startsWith('/') && role !== 'owner' && directory === undefined && rest.length === 0) {
      return { role, settings };
    }
    if (directory?.startsWith('/') && settings === undefined) {
      return { role, directory, words: rest.length > 0 ? rest : splitCommand(command ?? '') };
    }
  }
  throw new Failure(
    'usage',
    'expected: vault serve --role writer|reader|owner --path DIRECTORY [WORD…], or --role writer|reader --settings FILE',
    'DIRECTORY and FILE are absolute; without words the request is taken from SSH_ORIGINAL_COMMAND.',
  );
}
