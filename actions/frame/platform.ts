import { dirname, join } from 'node:path';
import type { Config, KeyReference, SecretReference } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { locateConfig } from '../../src/config/locate.ts';
import { resolveSecret } from '../../src/config/secrets.ts';
import { describeRun, type Platform } from '../../src/operations/platform.ts';
import { version } from '../../src/version.ts';
import type { ActionContext } from './action.ts';
import { describeMachine } from './describe-machine.ts';
import { inputVariable } from './inputs.ts';

export interface PlatformInputs {
  /** What runs, for the lock: `backup`. */
  command: string;
  /** How long to wait for another run on this host to end. */
  lockWaitMs?: number | undefined;
  config: string | undefined;
  /** Keys as text, in place of those that the configuration names. */
  writerKey: string | undefined;
  readerKey?: string | undefined;
}

/** Everything that an operation needs, from what a step knows. */
export async function openPlatform(context: ActionContext, inputs: PlatformInputs): Promise<Platform> {
  const { logger, signal, privateDirectory } = context;
  const workspace = context.environment['GITHUB_WORKSPACE'] ?? process.cwd();
  const file = await locateConfig(inputs.config, workspace);
  const loaded = await loadConfig(file);
  const { config, environment } = takeKeys(loaded, context.environment, inputs);
  for (const reference of listSecrets(config)) {
    // What is missing is told by whoever needs it.
    const secret = await resolveSecret(reference, environment).catch(() => undefined);
    if (secret !== undefined) context.mask(secret);
  }
  await describeMachine(logger, file);
  return {
    config,
    logger,
    environment,
    signal,
    now: () => new Date(),
    ...describeRun(inputs.command, environment),
    // Beside the actions in the same checkout: actions/<name>/dist/index.js → scripts/dist/vault/index.js.
    vaultBundlePath: join(dirname(process.argv[1] ?? '.'), '..', '..', '..', 'scripts', 'dist', 'vault', 'index.js'),
    toolVersion: version,
    temporary: privateDirectory,
    ...(inputs.lockWaitMs === undefined ? {} : { lockWaitMs: inputs.lockWaitMs }),
  };
}

/** Messages name these; no `key-env:` can be called so. */
const writerVariable = inputVariable('writer-key');
const readerVariable = inputVariable('reader-key');

/** Puts keys that came as inputs where the configuration says that keys are. */
function takeKeys(
  config: Config,
  environment: ActionContext['environment'],
  { writerKey, readerKey }: PlatformInputs,
): { config: Config; environment: ActionContext['environment'] } {
  const { vault } = config;
  if (vault.kind === 'directory') return { config, environment };
  const fromVariable = (variable: string): KeyReference => ({ from: 'environment', variable });
  const reader = readerKey
    ? { user: vault.reader?.user ?? vault.user, key: fromVariable(readerVariable) }
    : vault.reader;
  return {
    config: {
      ...config,
      vault: {
        ...vault,
        ...(writerKey ? { key: fromVariable(writerVariable) } : {}),
        ...(reader ? { reader } : {}),
      },
    },
    environment: {
      ...environment,
      ...(writerKey ? { [writerVariable]: writerKey } : {}),
      ...(readerKey ? { [readerVariable]: readerKey } : {}),
    },
  };
}

/** Secrets that this program reads as text: connection strings, what alerts need, and keys out of variables. Key files are ssh's to read. */
function listSecrets({ databases, vault, alerts }: Config): SecretReference[] {
  const urls = databases.flatMap(({ reach }) => (reach.by === 'url' ? [reach.url] : []));
  const keys = vault.kind === 'ssh' ? [vault.key, ...(vault.reader ? [vault.reader.key] : [])] : [];
  return [
    ...urls,
    ...keys.flatMap((key) => (key.from === 'environment' ? [key] : [])),
    ...(alerts?.mail?.password ? [alerts.mail.password] : []),
    ...[...(alerts?.webhooks ?? []), ...(alerts?.pings ?? [])].map(({ url }) => url),
  ];
}
