import { serveCommandLine } from '../src/vault/server/serve-command.ts';
import type { DumpSurveyor } from '../src/archive/foreign-survey.ts';
import type { DumpCheck } from '../src/vault/store/verify.ts';

// Started for every request, at times twice: nothing is loaded but what answers it.
const checkDump: DumpCheck = async (...dump) => {
  const { checkDump: check } = await import(/* webpackMode: "eager" */ '../src/sources/postgres/check-dump.ts');
  return await check(...dump);
};
const surveyDump: DumpSurveyor = async (content) => {
  const { surveyDump: survey } = await import(/* webpackMode: "eager" */ '../src/sources/postgres/survey-dump.ts');
  return await survey(content);
};

process.exitCode = await serveCommandLine({
  words: process.argv.slice(2),
  command: process.env['SSH_ORIGINAL_COMMAND'],
  connection: process.env['SSH_CONNECTION'],
  program: process.argv[1],
  // Not touched before they are needed: rsync and the keeper take the descriptors over as they are.
  streams: () => ({ input: process.stdin, output: process.stdout }),
  checkDump,
  surveyDump,
  complain: (line) => void process.stderr.write(`${line}\n`),
});
