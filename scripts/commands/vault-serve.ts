import { checkDump } from '../../src/sources/postgres/check-dump.ts';
import { surveyDump } from '../../src/sources/postgres/survey-dump.ts';
import { serveCommandLine } from '../../src/vault/server/serve-command.ts';
import type { CommandDefinition } from './command.ts';

/** For the help alone: `serveVault` answers before anybody takes the arguments apart. */
export const vaultServeCommand: CommandDefinition = {
  name: 'vault serve',
  summary: 'Answer one request to a vault; what a forced command runs on the backup server.',
  example: 'continuity vault serve --role writer --path /srv/tc-data/backups',
  options: [
    { flags: '--role <role>', description: 'writer, reader or owner', choices: ['writer', 'reader', 'owner'] },
    { flags: '--path <dir>', description: 'the vault: an absolute path' },
  ],
  run: () => Promise.resolve(undefined),
};

/**
 * Runs `vault serve` where the arguments ask for it: the words behind its options belong to the vault's protocol, rsync's
 * own options among them, and are not ours to read. Returns the exit code, or undefined for any other command.
 */
export async function serveVault(args: readonly string[]): Promise<number | undefined> {
  if (args[0] !== 'vault' || args[1] !== 'serve' || args[2] === '--help') return undefined;
  return await serveCommandLine({
    words: args,
    command: process.env['SSH_ORIGINAL_COMMAND'],
    connection: process.env['SSH_CONNECTION'],
    program: process.argv[1],
    streams: () => ({ input: process.stdin, output: process.stdout }),
    checkDump,
    surveyDump,
    complain: (line) => void process.stderr.write(`${line}\n`),
  });
}
