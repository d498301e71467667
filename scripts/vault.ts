import { isForServing, serveCommandLine } from '../src/vault/server/serve-command.ts';
import type { DumpCheck } from '../src/vault/store/verify.ts';

const words = process.argv.slice(2);

// Started for every request, at times twice: nothing is loaded but what answers it.
const checkDump: DumpCheck = async (...dump) => {
  const { checkDump: check } = await import(/* webpackMode: "eager" */ '../src/sources/postgres/check-dump.ts');
  return await check(...dump);
};

if (isForServing(words)) {
  process.exitCode = await serveCommandLine({
    words,
    command: process.env['SSH_ORIGINAL_COMMAND'],
    connection: process.env['SSH_CONNECTION'],
    program: process.argv[1],
    // Not touched before they are needed: rsync and the keeper take the descriptors over as they are.
    streams: () => ({ input: process.stdin, output: process.stdout }),
    checkDump,
    complain: (line) => void process.stderr.write(`${line}\n`),
  });
} else {
  const { startVaultProgram } = await import(/* webpackMode: "eager" */ './vault-commands/start.ts');
  await startVaultProgram();
}
