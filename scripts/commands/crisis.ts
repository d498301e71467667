import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { parseInstant } from '../../src/config/instant.ts';
import { exitCodes, Failure } from '../../src/logging/failure.ts';
import { assessCrisis, type CrisisResult } from '../../src/operations/crisis.ts';
import { parseLost, type LostPart } from '../../src/operations/crisis/lost-part.ts';
import { usualClone } from '../../src/operations/crisis/step.ts';
import type { CrisisScenario } from '../../src/operations/crisis/scenario.ts';
import { renderCrisis } from '../../src/report/crisis-report.ts';
import { askGit } from '../../src/system/git.ts';
import type { CommandContext, CommandDefinition, CommandOutcome, OptionValues } from './command.ts';
import { askCrisis, type CrisisAnswers } from './crisis-dialogue.ts';
import { openPlatform } from './platform.ts';
import { loadEarlyConfig, vaultOptions } from './recover-vault.ts';
import { restoreCommand } from './restore.ts';

const usualZone = 'Europe/Paris';

export const crisisCommand: CommandDefinition = {
  name: 'crisis',
  summary:
    'Ask three questions, name the scenario (A, B, C), choose the archive, and say what to type, where, by whom.',
  example: 'npm run -s continuity -- crisis',
  options: [
    {
      flags: '--scenario <letter>',
      description: 'a: deleted by accident; b: attack; c: total loss',
      choices: ['a', 'b', 'c'],
    },
    { flags: '--since <time>', description: 'until when the data were good, such as "2026-11-20 14:30"' },
    {
      flags: '--lost <parts>',
      description: 'a: what was lost: uploads/student_0042, app, app.public.portfolio',
      isList: true,
    },
    { flags: '--run', description: 'a: begin with the restore itself, on this machine; it shows its plan and asks' },
    ...vaultOptions,
  ],
  async run(context, _args, options) {
    const config = await loadAnyConfig(context, options);
    const answers = await answer(context, options, config);
    const clone = findClone(dirname(realpathSync(process.argv[1] ?? '.')));
    const platform =
      config && (await openPlatform({ ...context, loadConfig: () => Promise.resolve(config) }, 'crisis'));
    const result = await assessCrisis(platform, {
      ...answers,
      clone,
      configWords: options['config'] === undefined ? [] : ['--config', resolve(options['config'] as string)],
      repository: await findRepository(clone, context),
    });
    const timezone = config?.timezone ?? usualZone;
    if (options['run'] === true) return await runFirst(context, config, result, timezone);
    return { result, exitCode: exitCodeOf(result), render: () => renderCrisis(result, timezone) };
  },
};

/** Whatever tells where the vault is; a machine that has nothing, or a wrong configuration, is no reason to stay silent. */
async function loadAnyConfig(context: CommandContext, options: OptionValues): Promise<Config | undefined> {
  if (options['readerKey'] !== undefined) return await loadWithKey(context, options);
  try {
    return await context.loadConfigIfAny();
  } catch (error) {
    if (!(error instanceof Failure) || options['config'] !== undefined) throw error;
    context.logger.warning(`${error.message}. ${error.next}`);
    return undefined;
  }
}

/** With the key that was brought: on a platform, with its own lock and journal; else on a machine of anybody's. */
async function loadWithKey(context: CommandContext, options: OptionValues): Promise<Config> {
  // What is wrong with one that is there is said by whoever reads it next.
  const own = await context.loadConfigIfAny().catch(() => undefined);
  const isRoot = process.getuid?.() === 0;
  const state = own?.state ?? (isRoot ? undefined : join(homedir(), '.cache', 'skills-hub-continuity'));
  return await loadEarlyConfig({ ...(state === undefined ? {} : { state }), ...options }, process.cwd());
}

async function answer(
  context: CommandContext,
  options: OptionValues,
  config: Config | undefined,
): Promise<CrisisAnswers> {
  const scenario = options['scenario'] as CrisisScenario | undefined;
  const readSince = (text: string): Date => parseSince(text, config?.timezone ?? usualZone);
  const since = options['since'] === undefined ? undefined : readSince(options['since'] as string);
  const texts = options['lost'] as readonly string[] | undefined;
  const lost = texts?.map((text) => parseLost(text, config));
  if (lost && scenario !== undefined && scenario !== 'a')
    throw new Failure('usage', '--lost belongs to scenario a: in b and c everything is restored', 'Leave --lost out.');
  // Whoever names the scenario is asked nothing: what else they know stands on the line.
  if (scenario !== undefined) return { scenario, ...(since ? { since } : {}), lost: lost ?? [] };
  if (!context.isInteractive) {
    throw new Failure(
      'usage',
      'les questions demandent un terminal (the questions need a terminal)',
      'Répondre sur la ligne : --scenario a|b|c, --since "2026-11-20 14:30", --lost uploads/student_0042.',
    );
  }
  const readLost = (text: string): LostPart[] =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => parseLost(part, config));
  return await askCrisis(context, { readSince, readLost, ...(since ? { since } : {}), ...(lost ? { lost } : {}) });
}

function parseSince(text: string, timezone: string): Date {
  const instant = parseInstant(text, timezone);
  if (instant && instant.getTime() <= Date.now()) return instant;
  throw new Failure(
    'usage',
    instant
      ? `${text} est dans l'avenir (lies in the future)`
      : `${JSON.stringify(text.slice(0, 40))} : attendu AAAA-MM-JJ HH:MM, comme 2026-11-20 14:30 (a date and time)`,
    'Donner le dernier moment où les données étaient bonnes, ou rien. (Give the last moment at which they were good.)',
  );
}

/** The toolkit's own folder, in which its lines are typed. */
function findClone(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'infrastructure'))) return folder;
  const above = dirname(folder);
  return above === folder ? usualClone : findClone(above);
}

/** The address that this clone came from, without an account or a password that may stand in it. */
async function findRepository(clone: string, { environment }: CommandContext): Promise<string> {
  const address = await askGit(clone, ['remote', 'get-url', 'origin'], environment);
  const isPlain = address !== undefined && /^(https:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)[\w@%+=:,./~-]+$/.test(address);
  if (!isPlain) return 'URL-DU-DEPOT';
  return address.replace(/^(https:\/\/)[^/]*@/, '$1').replace(/^(ssh:\/\/[^/:@]*):[^/]*@/, '$1@');
}

function exitCodeOf({ unseen }: CrisisResult): number {
  const [first] = unseen.filter(({ what }) => what !== 'manifests' && what !== 'holder');
  if (!first) return exitCodes.ok;
  return { configuration: exitCodes.config, vault: exitCodes.vault, archive: exitCodes.stale }[
    first.what as 'configuration' | 'vault' | 'archive'
  ];
}

/** The restore as anybody types it: its plan, its question, its safety backup. */
async function runFirst(
  context: CommandContext,
  config: Config | undefined,
  result: CrisisResult,
  timezone: string,
): Promise<CommandOutcome | undefined> {
  const { scenario, archive, lost } = result;
  context.logger.info(renderCrisis(result, timezone));
  if (scenario !== 'a') {
    throw new Failure(
      'refused',
      `dans le scénario ${scenario.toUpperCase()} rien ne se lance ici (nothing is run here)`,
      'Les commandes ci-dessus se tapent sur le serveur de sauvegarde et sur la machine vierge.',
    );
  }
  if (!archive) throw new Failure('refused', 'aucune archive saine à restaurer (no sound archive)', 'Voir ci-dessus.');
  const kinds = new Set(lost.map(({ kind }) => kind));
  if (kinds.size > 1) {
    throw new Failure(
      'refused',
      'ce qui est perdu demande plusieurs restaurations (several restores are needed)',
      'Taper les commandes ci-dessus, une par une.',
    );
  }
  const names = lost.map(({ name }) => name);
  const [kind] = kinds;
  const chosen = kind === undefined ? {} : { [{ source: 'select', path: 'path', table: 'table' }[kind]]: names };
  // With the key and the host keys that were brought for this.
  const given = { ...context, ...(config ? { loadConfig: () => Promise.resolve(config) } : {}) };
  return await restoreCommand.run(given, [archive.name], chosen);
}
