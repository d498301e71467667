import { dirname } from 'node:path';
import { parseInstant } from '../../src/config/instant.ts';
import { Failure } from '../../src/logging/failure.ts';
import { recover, type RecoverOptions } from '../../src/operations/recover.ts';
import { listCandidates } from '../../src/operations/recover/choose-archive.ts';
import { revokeCommand } from '../../src/operations/recover/writer-key.ts';
import { openVault } from '../../src/operations/open-vault.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { renderRecovery } from '../../src/report/recover-report.ts';
import { renderPlan } from '../../src/report/plan-report.ts';
import { renderArchives } from '../../src/report/status-report.ts';
import type { ArchiveSummary } from '../../src/vault/vault-client.ts';
import type { CommandContext, CommandDefinition, CommandOutcome, OptionValues } from './command.ts';
import { askLine, confirm } from './confirm.ts';
import { openPlatform, readDuration } from './platform.ts';
import { configPathIn, loadEarlyConfig, loadFullConfig, vaultOptions } from './recover-vault.ts';

export const recoverCommand: CommandDefinition = {
  name: 'recover',
  summary: 'Bring the platform up from an archive on a blank machine (infrastructure/recovery/recover.sh calls it).',
  example: 'continuity recover latest --reader-key /root/skills_restore --known-hosts /root/known_hosts',
  arguments: [
    { name: 'archive', description: 'name, date or latest (default: the newest healthy one)', isOptional: true },
  ],
  options: [
    ...vaultOptions,
    {
      flags: '--scenario <letter>',
      description: 'c: another machine; b: after an attack',
      default: 'c',
      choices: ['b', 'c'],
    },
    { flags: '--before <time>', description: 'only what was sealed before, such as 2026-11-20 or "2026-11-20 14:30"' },
    { flags: '--list', description: 'show the archives to choose from, and stop' },
    { flags: '--quick', description: 'do not have the vault read the whole archive first' },
    { flags: '--old-key <file>', description: 'scenario b: the stolen writer key; the vault must refuse it' },
    { flags: '--writer-key-revoked', description: 'scenario b: it is revoked on the vault; nobody is asked' },
    {
      flags: '--writer-key <file>',
      description: "where production's new key goes",
      default: '/etc/skills-hub/writer_rsa',
    },
    { flags: '--identity <file>', description: "private age key that opens the archive's secrets" },
    { flags: '--new-secrets', description: 'leave them closed, and make new ones' },
    { flags: '--url <url>', description: 'address to ask for at the end, on this machine' },
    { flags: '--health-timeout <duration>', description: 'how long to wait for it', default: '5m' },
    { flags: '--replace', description: 'replace what stands there, without a copy of it' },
    { flags: '--again', description: 'begin anew, whatever an earlier recovery came to' },
    { flags: '--yes', description: 'do not ask before the restore' },
  ],
  async run(context, [archive], options) {
    const directory = process.cwd();
    const early: CommandContext = { ...context, loadConfig: () => loadEarlyConfig(options, directory) };
    const platform = await openPlatform(early, `recovery, scenario ${options['scenario'] as string}`);
    const { timezone } = platform.config;
    const before = readBefore(options['before'] as string | undefined, timezone);
    if (options['list'] === true) return await listChoices(platform, before);
    const result = await recover(platform, {
      ...readFlags(context, options, timezone),
      choice: {
        ...(archive === undefined ? {} : { archive }),
        ...(before ? { before } : {}),
        level: options['quick'] === true ? 'seal' : 'full',
        ...chooser(context, options, timezone),
      },
      kit: {
        makesNewSecrets: options['newSecrets'] === true,
        clone: dirname(configPathIn(options, directory)),
        ...(options['identity'] === undefined ? {} : { identity: options['identity'] as string }),
      },
      loadConfig: () => loadFullConfig(options, directory),
    });
    return { result, render: () => renderRecovery(result, timezone) };
  },
};

const blankWords =
  'Cette machine est vierge : rien n’y est perdu. Ce qui va être mis en place :\n' +
  '(This machine is blank: nothing on it is lost. What will be put in place:)';
const replacingWords =
  'ATTENTION : ce qui se trouve sur cette machine est remplacé, sans sauvegarde préalable.\n' +
  '(What is on this machine is replaced, without a backup of it before.)';
const askFor = (answer: string): string => `Taper ${answer} pour continuer (type it to go on): `;

function readFlags(
  context: CommandContext,
  options: OptionValues,
  timezone: string,
): Omit<RecoverOptions, 'choice' | 'kit' | 'loadConfig'> {
  const { scenario, yes, oldKey, url } = options;
  if (url !== undefined && !/^https?:\/\/[^/\s]+/.test(url as string))
    throw new Failure('usage', '--url: expected an address such as https://home.educ-ai.fr', 'Nothing was started.');
  return {
    scenario: scenario as 'b' | 'c',
    writerKeyFile: options['writerKey'] as string,
    ...(oldKey === undefined ? {} : { oldKeyFile: oldKey as string }),
    ...(url === undefined ? {} : { url: url as string }),
    healthTimeoutMs: readDuration('--health-timeout', options['healthTimeout'] as string),
    replaces: options['replace'] === true,
    again: options['again'] === true,
    confirm: (plan, isBlank) =>
      confirm(context, {
        summary: `${isBlank ? blankWords : replacingWords}\n${renderPlan(plan, timezone)}`,
        answer: plan.archive,
        question: askFor(plan.archive),
        isAgreed: yes === true,
      }),
    confirmRevoked: () =>
      confirm(context, {
        summary:
          `Avant tout, la clé volée doit être révoquée sur le serveur de sauvegarde, en root :\n    ${revokeCommand}\n` +
          '(First of all, the stolen key has to be revoked on the vault, with that line.)',
        answer: 'REVOQUEE',
        question: askFor('REVOQUEE'),
        isAgreed: options['writerKeyRevoked'] === true,
      }),
  };
}

/** Nobody else can say from when on production was in other hands: in scenario B a person chooses. */
function chooser(
  context: CommandContext,
  options: OptionValues,
  timezone: string,
): Pick<RecoverOptions['choice'], 'ask'> {
  if (options['scenario'] !== 'b') return {};
  if (options['before'] !== undefined) return {};
  if (context.isInteractive && options['yes'] !== true)
    return { ask: (candidates) => askForArchive(context, candidates, timezone) };
  return {
    ask: () => {
      throw new Failure(
        'usage',
        'after an attack the newest archive may hold what the attacker left: say which one is meant',
        'Nothing was started. Look at --list, then name an archive, or a time: --before "2026-11-20 14:30".',
      );
    },
  };
}

async function askForArchive(
  context: CommandContext,
  candidates: readonly ArchiveSummary[],
  timezone: string,
): Promise<string> {
  context.logger.info(
    `Archives saines (healthy archives):\n${renderArchives(candidates.slice(0, 30), timezone)}\n` +
      'Choisir la dernière d’avant l’attaque. (Choose the last one from before the attack.)',
  );
  return await askLine(context, 'Nom complet (full name): ');
}

function readBefore(text: string | undefined, timezone: string): Date | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text, timezone);
  if (instant) return instant;
  throw new Failure(
    'usage',
    '--before: expected a time such as 2026-11-20, "2026-11-20 14:30" or 2026-11-20T13:30:00Z',
    'Nothing was started.',
  );
}

async function listChoices(platform: Platform, before: Date | undefined): Promise<CommandOutcome> {
  const vault = await openVault(platform, 'reader');
  try {
    const candidates = listCandidates(await vault.status(), before);
    return { result: candidates, render: () => renderArchives(candidates, platform.config.timezone) };
  } finally {
    await vault.close();
  }
}
