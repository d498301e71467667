import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCodes, Failure } from '../../src/logging/failure.ts';
import { checkAdoption, type CheckResult } from '../../src/operations/check-adoption.ts';
import { init } from '../../src/operations/init.ts';
import { renderInit } from '../../src/report/init-report.ts';
import { version } from '../../src/version.ts';
import type { CommandContext, CommandDefinition, CommandOutcome } from './command.ts';
import { openDialogue } from './init-dialogue.ts';

export const initCommand: CommandDefinition = {
  name: 'init',
  summary: "Bring continuity into an application's repository: configuration, workflows, npm scripts, bundles.",
  example: 'node ../continuity/scripts/dist/continuity/index.js init',
  options: [
    { flags: '--check', description: 'change nothing; fail where the repository is not as this version leaves it' },
    {
      flags: '--yes',
      description: 'do not ask; files and npm scripts that continuity did not write stay all the same',
    },
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
  const { findings, checked, absent } = result;
  return {
    result,
    exitCode: findings.length > 0 ? exitCodes.failed : exitCodes.ok,
    render: () =>
      findings.length > 0
        ? findings.join('\n')
        : `continuity.yml is valid and ${describeReach(result)}; ${checked} files are as they should be${absent.length === 0 ? '' : `, and not continuity's: ${absent.join(', ')}`}.`,
  };
}

/** A green check that leaves volumes out is to say so in its one line, not in warnings alone. */
function describeReach({ composeFiles, open }: CheckResult): string {
  if (composeFiles.length === 0) return 'was compared with no compose file, since none was found';
  if (open.length === 0) return 'covers the compose file';
  return `has a word on all of the compose file, of which ${open.length} not covered yet (${open.join(', ')})`;
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
