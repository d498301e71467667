import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { Failure } from '../logging/failure.ts';
import { formatTime } from '../logging/format-time.ts';
import { acquireLock } from '../system/lock.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { bringUpDatabases, bringUpPlatform, prepareProject } from './recover/bring-up.ts';
import { describeMissingCertificate, waitForHealth, type HealthResult } from './recover/check-health.ts';
import { checkRoom } from './recover/check-room.ts';
import { chooseArchive, type ArchiveChoice } from './recover/choose-archive.ts';
import {
  kitDirectoryIn,
  listKitVolumes,
  listLeftOfKit,
  placeKit,
  placeKitVolumes,
  type KitChoice,
} from './recover/place-kit.ts';
import type { RecoveredParts } from './recover/recovered-parts.ts';
import {
  readRecovery,
  removeRecovery,
  writeRecovery,
  type RecoveryRecord,
  type Scenario,
} from './recover/recovery-record.ts';
import { restoreBlank } from './recover/restore-blank.ts';
import { StepLog, type StepName, type StepTime } from './recover/step-log.ts';
import { makeWriterKey, requireRevoked, type WriterKey } from './recover/writer-key.ts';
import type { RestorePlan } from './restore/restore-plan.ts';
import { withArchive } from './with-archive.ts';

export interface RecoverOptions {
  scenario: Scenario;
  choice: ArchiveChoice;
  kit: KitChoice;
  /** The configuration as it is once the kit is in place, with the reader's key. */
  loadConfig: () => Promise<Config>;
  /** `isBlank`: nothing stands where the plan puts something. */
  confirm: (plan: RestorePlan, isBlank: boolean) => Promise<boolean>;
  /** Where production's own key goes. */
  writerKeyFile: string;
  /** Scenario B: the stolen key, if it is at hand; the vault must refuse it. */
  oldKeyFile?: string;
  /** Scenario B without it: a person answers for the vault's having refused it from now on. */
  confirmRevoked: () => Promise<boolean>;
  /** Asked on this machine at the end. */
  url?: string;
  healthTimeoutMs: number;
  /** What stands there may be replaced without a copy. */
  replaces: boolean;
  /** Begin anew, whatever an earlier recovery came to. */
  again: boolean;
}

export interface RecoverResult {
  scenario: Scenario;
  archive: string;
  started: string;
  finished: string;
  steps: StepTime[];
  restored: RecoveredParts;
  /** Files of this host that the kit holds and that no program puts back. */
  kitLeft: { path: string; from: string }[];
  writerKey: WriterKey;
  health?: HealthResult;
}

const orders: Record<Scenario, readonly StepName[]> = {
  b: ['key', 'archive', 'kit', 'room', 'databases', 'restore', 'platform', 'health'],
  c: ['archive', 'kit', 'room', 'databases', 'restore', 'platform', 'key', 'health'],
};

/**
 * Brings the platform up from an archive on a machine that has nothing but Docker. Each step looks at what is there, so
 * that the same line can be typed again after any interruption.
 * @throws Failure with what to do; until the step that starts the databases, nothing was started.
 */
export async function recover(platform: Platform, options: RecoverOptions): Promise<RecoverResult> {
  const lock = await acquireLock(join(platform.config.state, 'recovery.lock'), { holder: platform.holder });
  try {
    return await recoverAlone(platform, options);
  } finally {
    lock.release();
  }
}

async function recoverAlone(base: Platform, options: RecoverOptions): Promise<RecoverResult> {
  const { scenario } = options;
  const { state } = base.config;
  const record = await beginRecord(base, options);
  const save = () => writeRecovery(state, record);
  const order = orders[scenario].filter((step) => step !== 'health' || options.url !== undefined);
  const log = new StepLog(base.logger, order, record, save);
  const asking = {
    ...options,
    confirmRevoked: () => log.ask(options.confirmRevoked),
    confirm: (plan: RestorePlan, isBlank: boolean) => log.ask(() => options.confirm(plan, isBlank)),
  };
  const changeKey = () => log.run('key', () => renewKey(base, asking, record, save));
  const early = scenario === 'b' ? await changeKey() : undefined;

  const archive = await settleArchive(base, options, record, log, save);
  const manifest = await withArchive(base, archive, (reader) => reader.manifest());
  const config = await log.run('kit', async () => {
    // What people have changed since then is not put back.
    if (!record.restored) await placeKit(base, { archive, kit: manifest.kit }, options.kit);
    return await options.loadConfig();
  });
  const platform: Platform = { ...base, config };
  if (record.restored) log.pass('room', 'everything is in place');
  else await log.run('room', () => checkRoom(platform, manifest));
  if (config.compose) {
    await log.run('databases', async () => {
      await prepareProject(platform);
      await bringUpDatabases(platform, await listKitVolumes(state));
      await placeKitVolumes(platform, state);
    });
  } else log.pass('databases', `${config.file} names no compose project`);

  const { replaces, confirm } = asking;
  const done = record.restored;
  if (done) log.pass('restore', `${archive}, ${formatTime(done.at, config.timezone)}`);
  const restored =
    done ?? (await log.run('restore', () => restoreBlank(platform, { archive, record, save, replaces, confirm })));

  if (config.compose) await log.run('platform', () => bringUpPlatform(platform));
  else log.pass('platform', 'it is started by other means');
  // Before the address is asked for, which may wait for others: the DNS, a certificate.
  const writerKey = early ?? (await changeKey());
  const { url, healthTimeoutMs: timeoutMs } = options;
  const health =
    url === undefined
      ? undefined
      : await log.run('health', () =>
          waitForHealth({ url, address: '127.0.0.1', timeoutMs, ...(base.signal ? { signal: base.signal } : {}) }),
        );
  if (health && health.statusCode === undefined) base.logger.warning(describeMissingCertificate(health));
  const kitLeft = (await listLeftOfKit(state)).map((path) => ({ path, from: `${kitDirectoryIn(state)}/host${path}` }));
  if (kitLeft.length === 0) await rm(kitDirectoryIn(state), { recursive: true, force: true });
  record.finished ??= base.now().toISOString();
  await save();
  const { started, finished } = record;
  const steps = log.times;
  return { scenario, archive, started, finished, steps, restored, kitLeft, writerKey, ...(health ? { health } : {}) };
}

/** The record of the recovery that goes on, or a new one. */
async function beginRecord({ config, logger, now }: Platform, options: RecoverOptions): Promise<RecoveryRecord> {
  if (options.again) await removeRecovery(config.state);
  const found = await readRecovery(config.state);
  if (!found) return { version: 1, scenario: options.scenario, started: now().toISOString(), durationsMs: {} };
  const asked = options.choice.archive;
  const isOther = isOtherAsked(found, asked);
  if (found.restored && (isOther || found.scenario !== options.scenario)) {
    throw new Failure(
      'refused',
      `this machine was recovered from ${found.archive?.name} already (${formatTime(found.restored.at, config.timezone)})`,
      `Nothing was started. For another archive: npm run -s prod:restore -- ${asked ?? 'ARCHIVE'}. To recover anew: --again.`,
    );
  }
  logger.warning(describeFound(found, config.timezone));
  // Another choice, before anything was restored, is simply made.
  const { archive, ...rest } = found;
  return isOther || !archive ? { ...rest, scenario: options.scenario } : { ...found, scenario: options.scenario };
}

/** Whether another archive is asked for than the one that an earlier run chose. */
function isOtherAsked({ archive, restoreId, restored }: RecoveryRecord, asked: string | undefined): boolean {
  if (archive === undefined || asked === undefined) return false;
  // The newest may be another one by now, as long as nothing of the first is in place.
  if (asked === 'latest') return restoreId === undefined && restored === undefined;
  return archive.name !== asked;
}

function describeFound({ started, finished, archive }: RecoveryRecord, timezone: string): string {
  const since = formatTime(started, timezone);
  if (finished === undefined)
    return `La reprise commencée ${since} continue. (The recovery begun ${since} goes on; --again begins anew.)`;
  const end = formatTime(finished, timezone);
  return (
    `Cette machine a déjà été rétablie (${archive?.name}, ${end}) : rien n’est restauré de nouveau, seul ce qui est arrêté est démarré. ` +
    `(It was recovered already: nothing is restored again, only what has stopped is started; --again begins anew.)`
  );
}

async function settleArchive(
  base: Platform,
  { choice }: RecoverOptions,
  record: RecoveryRecord,
  log: StepLog,
  save: () => Promise<void>,
): Promise<string> {
  if (record.archive) {
    log.pass('archive', record.archive.name);
    return record.archive.name;
  }
  return await log.run('archive', async () => {
    const vault = await openVault(base, 'reader');
    try {
      const { name, index = '' } = await chooseArchive(base, vault, withPauses(choice, log));
      record.archive = { name, index, verified: choice.level };
      await save();
      base.logger.info(`   ${name}`);
      return name;
    } finally {
      await vault.close();
    }
  });
}

/** A person chooses in their own time. */
function withPauses(choice: ArchiveChoice, log: StepLog): ArchiveChoice {
  const { ask } = choice;
  return ask === undefined ? choice : { ...choice, ask: (candidates) => log.ask(async () => await ask(candidates)) };
}

/** Scenario B: the stolen key must be refused before anything is read. In both, production gets a key of its own. */
async function renewKey(
  base: Platform,
  { scenario, oldKeyFile, confirmRevoked, writerKeyFile }: RecoverOptions,
  record: RecoveryRecord,
  save: () => Promise<void>,
): Promise<WriterKey> {
  const { vault } = base.config;
  if (scenario === 'b' && record.writerKey === undefined) {
    const isProven = oldKeyFile !== undefined && vault.kind === 'ssh';
    if (isProven) await requireRevoked(base, vault, oldKeyFile);
    else if (!(await confirmRevoked())) {
      const next = 'Nothing was started. Revoke it on the vault, then run the same line again.';
      throw new Failure('refused', 'the stolen writer key is not said to be revoked', next);
    }
  }
  const replaces = scenario === 'b' && record.writerKey === undefined;
  const key = await makeWriterKey(writerKeyFile, { replaces, now: base.now() });
  record.writerKey = key.fingerprint;
  await save();
  if (key.putAside !== undefined) base.logger.warning(`The key that lay there is now ${key.putAside}.`);
  return key;
}
