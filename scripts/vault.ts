import { checkDump } from '../src/sources/postgres/check-dump.ts';
import { serveCommandLine } from '../src/vault/server/serve-command.ts';

// Started for every request: nothing is loaded here but what answers it.
process.exitCode = await serveCommandLine({
  words: process.argv.slice(2),
  command: process.env['SSH_ORIGINAL_COMMAND'],
  // Not touched before they are needed: rsync takes the descriptors over as they are.
  streams: () => ({ input: process.stdin, output: process.stdout }),
  checkDump,
  complain: (line) => void process.stderr.write(`${line}\n`),
});
