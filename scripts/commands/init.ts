import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { exitCodes, Failure } from '../../src/logging/failure.ts';
import { checkAdoption } from '../../src/operations/check-adoption.ts';
import { init, type InitResult } from '../../src/operations/init.ts';
import type { Change } from '../../src/operations/init/adoption/change.ts';
import type { Answer } from '../../src/operations/init/answers.ts';
import { version } from '../../src/version.ts';
import type { CommandContext, CommandDefinition, CommandOutcome } from './command.ts';

export const initCommand: CommandDefinition = {
  name: 'init',
  summary: "Bring continuity into an application's repository: configuration, workflows, npm scripts, bundles.",
  example: 'node ../continuity/scripts/dist/continuity/index.js init',
  options: [
    { flags: '--check', description: 'change nothing; fail where the repository is not as this version leaves it' },
    { flags: '--yes', description: 'do not ask; files that continuity did not write stay all the same' },
    {
      flags: '--toolkit <name>',
      description: "OWNER/REPO@SHA of the toolkit (default: its clone's origin and commit)",
    },
    { flags: '--root <dir>', description: 'where compose file and data lie in production, for a new continuity.yml' },
    { flags: '--compose <files>', description: 'compose files (default: as docker compose finds them)', isList: true },
  ],
  async run(context, _args, { check, yes, toolkit, root, compose }) {
    const { environment, logger, signal } = context;
    const composeFiles = compose === undefined ? {} : { composeFiles: compose as string[] };
    const shared = { directory: process.cwd(), toolVersion: version, environment, signal, ...composeFiles };
    if (check === true) return await runCheck(context, shared);
    const bundle = dirname(realpathSync(process.argv[1] ?? '.'));
    const dialogue = openDialogue(context);
    const result = await init({
      ...shared,
      logger,
      toolkitFolder: requireToolkit(bundle),
      bundleFolder: dirname(bundle),
      ...(toolkit === undefined ? {} : { toolkit: toolkit as string }),
      ...(root === undefined ? {} : { root: root as string }),
      agreesToAll: yes === true,
      ask: dialogue.ask,
    }).finally(dialogue.close);
    return {
      result,
      exitCode: result.isIncomplete ? exitCodes.refused : exitCodes.ok,
      render: () => renderInit(result),
    };
  },
};

async function runCheck(
  context: CommandContext,
  options: Parameters<typeof checkAdoption>[0],
): Promise<CommandOutcome> {
  const result = await checkAdoption(options);
  for (const warning of result.warnings) context.logger.warning(warning);
  const { findings, checked } = result;
  return {
    result,
    exitCode: findings.length > 0 ? exitCodes.failed : exitCodes.ok,
    render: () =>
      findings.length > 0
        ? findings.join('\n')
        : `continuity.yml is valid and covers the compose file; ${checked} files are as they should be.`,
  };
}

/** The clone that this program is run from, `scripts/dist/continuity/` of it: an application has only the bundle. */
function requireToolkit(bundle: string): string {
  const folder = join(bundle, '..', '..', '..');
  if (
    existsSync(join(folder, '.github/workflows/backup.yml')) &&
    existsSync(join(folder, 'actions/backup/action.yml'))
  ) {
    return folder;
  }
  throw new Failure(
    'usage',
    "init needs a clone of the toolkit: this is an application's copy of the program",
    "In the application's repository: node ../continuity/scripts/dist/continuity/index.js init",
  );
}

const answers: Readonly<Record<string, Answer>> = {
  y: 'yes',
  yes: 'yes',
  n: 'no',
  no: 'no',
  a: 'all',
  all: 'all',
  q: 'quit',
  quit: 'quit',
};

/** Asks a person about one change after the other; opens the terminal with the first. */
function openDialogue({ logger, isInteractive, signal }: CommandContext) {
  let prompt: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;
  return {
    close: () => prompt?.close(),
    ask: async (change: Change): Promise<Answer> => {
      logger.info(change.description);
      if (!isInteractive) {
        throw new Failure(
          'refused',
          `${change.path} would be written, and there is no terminal to ask on`,
          'Look at the difference above, then run it again with --yes.',
        );
      }
      if (change.isForeign) logger.warning(`${change.path} is there already, and was not written by continuity`);
      prompt ??= createInterface({ input: process.stdin, output: process.stderr, signal });
      // One reader for all questions: what is typed ahead is not lost.
      lines ??= prompt[Symbol.asyncIterator]();
      for (;;) {
        process.stderr.write(`Write ${change.path}? [y]es, [n]o, [a]ll, [q]uit: `);
        const typed = await lines.next();
        // The end of the input is no answer: nothing more is written.
        const answer = typed.done === true ? 'quit' : answers[typed.value.trim().toLowerCase()];
        if (answer !== undefined) return answer;
      }
    },
  };
}

function renderInit({ changes, toolkit, coverage, nextSteps }: InitResult): string {
  const { databases, files, notCovered, composeFiles } = coverage;
  const found =
    composeFiles.length === 0
      ? 'No compose file was found.'
      : `In ${composeFiles.join(', ')}: ${databases.length} PostgreSQL, ${files.length} folders with data, ${notCovered.length} mounts left out.`;
  const lines = changes.map(({ path, status }) => `  ${status.padEnd(9)}  ${path}`);
  if (changes.every(({ status }) => status === 'unchanged')) {
    return `Nothing to do: all is as version ${toolkit.version} (${toolkit.repository}@${toolkit.commit.slice(0, 12)}) writes it.`;
  }
  const steps = nextSteps.map((step, position) => `  ${position + 1}. ${step}`);
  return [found, ...lines, '', 'What is left to do:', ...steps].join('\n');
}
