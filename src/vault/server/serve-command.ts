import type { Readable, Writable } from 'node:stream';
import { Failure } from '../../logging/failure.ts';
import { silent, type Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';
import { formatError } from '../protocol/wire.ts';
import { roles, type Role } from '../protocol/words.ts';
import { serve, serveRsync } from './serve.ts';
import type { DumpCheck } from '../store/verify.ts';
import { splitCommand } from './split-command.ts';

export interface CommandLine {
  /** `vault serve --role ROLE --path DIR [WORDS…]`. */
  words: readonly string[];
  /** What an SSH client asked for, where a forced command runs in its place. */
  command: string | undefined;
  /** Standard input and output of the process. */
  streams: () => { input: Readable; output: Writable };
  /** Judges the dumps of an archive that is verified in full. */
  checkDump: DumpCheck;
  /** Takes a line for the log: standard error. */
  complain: (line: string) => void;
}

interface ServeArguments {
  role: Role;
  directory: string;
  words: readonly string[];
}

/** Answers the one request that a process of `vault serve` was started for; returns its exit code. */
export async function serveCommandLine({ words, command, streams, checkDump, complain }: CommandLine): Promise<number> {
  const log = logTo(complain);
  try {
    const parsed = parseServeArguments(words, command);
    // rsync reads and writes the descriptors themselves, which must not be touched before.
    if (parsed.words[0] === 'rsync') return await serveRsync({ ...parsed, streams: 'inherit', log });
    return await serve({ ...parsed, ...streams(), checkDump, log });
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    streams().output.write(formatError(error));
    return 1;
  }
}

/**
 * Takes the command line apart. Words after the options are the request, as a plain account is asked; without any it is
 * what the SSH client wanted to run.
 * @throws Failure `usage` for the options, `refused` for the client's command.
 */
export function parseServeArguments(words: readonly string[], command: string | undefined): ServeArguments {
  const [group, verb, ...rest] = words;
  const options = new Map<string, string>();
  while (rest[0] === '--role' || rest[0] === '--path') {
    const [name = '', value] = rest.splice(0, 2);
    if (value !== undefined) options.set(name, value);
  }
  const role = roles.find((known) => known === options.get('--role'));
  const directory = options.get('--path');
  if (group !== 'vault' || verb !== 'serve' || !role || !directory?.startsWith('/')) {
    throw new Failure(
      'usage',
      'expected: vault serve --role writer|reader|owner --path DIRECTORY [WORD…]',
      'DIRECTORY is absolute; without words the request is taken from SSH_ORIGINAL_COMMAND.',
    );
  }
  if (rest.length > 0) return { role, directory, words: rest };
  return { role, directory, words: splitCommand(command ?? '') };
}

function logTo(complain: CommandLine['complain']): Logger {
  // Messages may quote what a client sent: a recipe, a name.
  const line = (level: string) => (message: string) => complain(`skills-vault: ${level}: ${printable(message)}`);
  return { ...silent, warning: line('warning'), error: line('refused or failed') };
}
