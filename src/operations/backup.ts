import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveBuilder, type BuiltArchive } from '../archive/archive-builder.ts';
import { MANIFEST_NAME, README_NAME } from '../archive/layout.ts';
import type { FilesRecord, Manifest, Trigger } from '../archive/manifest.ts';
import { nightlyName, timedName } from '../config/archive-name.ts';
import type { FilesConfig } from '../config/config.ts';
import { Failure } from '../logging/failure.ts';
import type { Greeting, Receipt, VaultClient } from '../vault/vault-client.ts';
import { IndexCache } from './backup/base-index.ts';
import { startDumps, type DumpReport } from './backup/dump-databases.ts';
import { findDatabases, type FoundDatabases } from './backup/find-databases.ts';
import { presentSources } from './backup/present-sources.ts';
import { guardAgainstShrinking } from './backup/shrink-guard.ts';
import { README_TEXT } from './backup/readme-text.ts';
import { Uploader } from './backup/uploader.ts';
import { recordFiles, walkSources } from './backup/walk-sources.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { runTogether } from '../system/run-together.ts';
import { withLock } from './with-lock.ts';

export interface BackupOptions {
  trigger: Trigger;
  /** Read every file again, whatever its times say. */
  rereadsAll?: boolean;
  /** File sources that may have lost most of their files. */
  allowShrink?: readonly string[];
}

/** Sizes in bytes. */
export interface BackupResult {
  archive: string;
  vault: string;
  /** True where tonight's archive had been sealed before: nothing was done. */
  alreadyThere: boolean;
  /** SHA-256 of the index: the archive's identity, the same on both sides. */
  index: string;
  sizeBytes: number;
  /** What the archive added to the vault. */
  storedBytes: number;
  sentBytes: number;
  readBytes: number;
  durationMs: number;
  isTamperProof: boolean;
  manifest?: Manifest;
  warnings: string[];
}

/** Backs up everything that the configuration names into one sealed archive. */
export async function backup(platform: Platform, options: BackupOptions): Promise<BackupResult> {
  return await withLock(platform, (runDirectory) => backupUnderLock(platform, runDirectory, options));
}

/** The same for whoever holds the platform's lock already. */
export async function backupUnderLock(
  platform: Platform,
  runDirectory: string,
  options: BackupOptions,
): Promise<BackupResult> {
  const begun = Date.now();
  const vault = await openVault(platform, 'writer');
  try {
    let { started, name, greeting } = await askForName(platform, vault, options);
    if (greeting.asked && options.trigger !== 'nightly') {
      // Another run of the same second: what changed since then is in no archive yet.
      await sleep(1000);
      ({ started, name, greeting } = await askForName(platform, vault, options));
    }
    if (greeting.asked) {
      platform.logger.info(`${name} is sealed already, since ${greeting.asked.sealed}: nothing to do.`);
      return {
        ...fromReceipt(vault, greeting, greeting.asked),
        alreadyThere: true,
        sentBytes: 0,
        readBytes: 0,
        durationMs: Date.now() - begun,
      };
    }
    const directory = join(runDirectory, 'archive');
    await mkdir(directory);
    const made = await makeArchive({ platform, options, vault, greeting, name, started, directory });
    return { ...made, durationMs: Date.now() - begun };
  } finally {
    await vault.close();
  }
}

async function askForName(platform: Platform, vault: VaultClient, { trigger }: BackupOptions) {
  const started = platform.now();
  const { timezone } = platform.config;
  const name = trigger === 'nightly' ? nightlyName(started, timezone) : timedName(started, timezone);
  return { started, name, greeting: await vault.hello(name) };
}

interface Run {
  platform: Platform;
  options: BackupOptions;
  vault: VaultClient;
  greeting: Greeting;
  name: string;
  started: Date;
  /** An empty directory for spools and segments. */
  directory: string;
}

async function makeArchive(run: Run): Promise<Omit<BackupResult, 'durationMs'>> {
  const { platform, options, vault, greeting, directory } = run;
  const { logger, config } = platform;
  const cache = new IndexCache(config.state);
  const isSafety = options.trigger === 'safety';
  const sources = await presentSources(config.files, isSafety);
  const [found, base] = await Promise.all([findDatabases(platform, isSafety), openBase(run, cache)]);
  const missing = [
    ...found.missing,
    ...config.files.filter((source) => !sources.includes(source)).map((source) => source.name),
  ];

  const uploader = new Uploader(vault, greeting.incoming);
  const builder = await ArchiveBuilder.create({
    directory,
    ...(base ? { base } : {}),
    rereadsAll: options.rereadsAll ?? false,
    deliver: (segment) => uploader.deliver(segment),
    onProgress: (done) => logger.progress({ phase: 'files', done, unit: 'files' }),
  });
  try {
    return await fillArchive(run, { builder, uploader, cache, sources, found, missing });
  } catch (error) {
    await builder.abandon();
    throw error;
  }
}

interface Filling {
  builder: ArchiveBuilder;
  uploader: Uploader;
  cache: IndexCache;
  sources: readonly FilesConfig[];
  found: FoundDatabases;
  /** Sources that a safety backup goes without. */
  missing: readonly string[];
}

async function fillArchive(run: Run, filling: Filling): Promise<Omit<BackupResult, 'durationMs'>> {
  const { platform, options, vault, greeting, name } = run;
  const { builder, uploader, cache, sources, found, missing } = filling;
  const { logger } = platform;
  const stop = new AbortController();
  platform.signal?.addEventListener('abort', () => stop.abort(), { once: true });
  platform.signal?.throwIfAborted();
  const running = startDumps(platform, builder, found, applicationName(name), stop.signal);
  const [dumps, files] = await runTogether<[DumpReport, WalkedFiles]>(
    [
      () => running.finished,
      async (signal) => {
        // Dumps first: no row may name a file that only came later.
        await running.started;
        return await addFiles(builder, sources, options, signal);
      },
    ],
    stop,
  );
  const warnings = unique([
    ...greeting.warnings,
    ...found.warnings,
    ...missing.map((source) => `"${source}" is missing and so not in this safety backup`),
    ...dumps.warnings,
    ...nameOddities(files.records),
  ]);
  const manifest: Manifest = {
    format: 1,
    name,
    trigger: options.trigger,
    ...(platform.commit ? { commit: platform.commit } : {}),
    toolVersion: platform.toolVersion,
    started: run.started.toISOString(),
    ended: platform.now().toISOString(),
    databases: dumps.databases,
    globals: dumps.globals,
    files: files.records,
    warnings,
  };
  await builder.addText(textEntry(README_NAME, 0o644), Buffer.from(README_TEXT));
  await builder.addText(textEntry(MANIFEST_NAME, 0o600), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  const built = await builder.finish();
  await uploader.finish();

  const receipt = await seal(run, built);
  await cache.add(built.indexPath, built.index);
  for (const warning of warnings) logger.warning(warning);
  return {
    ...fromReceipt(vault, greeting, receipt),
    alreadyThere: receipt.already,
    sentBytes: uploader.sentBytes,
    readBytes: files.readBytes,
    manifest,
    warnings,
  };
}

/** Last night's archive, whose unchanged extents tonight's takes over; without one, everything is new. */
async function openBase({ vault, greeting, platform }: Run, cache: IndexCache) {
  const { newest } = greeting;
  if (!newest) return undefined;
  const path = await cache.obtain(vault, newest);
  try {
    const reader = await cache.open(path);
    platform.logger.info(`Building on ${newest.name}.`);
    return { name: newest.name, index: newest.index, reader };
  } catch (error) {
    // An index of another version of the format: a whole new archive is better than none.
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    platform.logger.warning(`${newest.name} cannot be built on (${error.message}): everything is read and sent.`);
    return undefined;
  }
}

interface WalkedFiles {
  records: Record<string, FilesRecord>;
  readBytes: number;
}

async function addFiles(
  builder: ArchiveBuilder,
  sources: readonly FilesConfig[],
  { allowShrink = [], trigger }: BackupOptions,
  signal: AbortSignal,
): Promise<WalkedFiles> {
  const walk = walkSources(sources, signal);
  const outcome = await builder.addFiles(walk.entries);
  const records = recordFiles(walk.reports, outcome);
  for (const { name, path } of trigger === 'safety' ? [] : sources) {
    guardAgainstShrinking(name, path, records[name]?.files ?? 0, outcome.filesBefore.get(name) ?? 0, allowShrink);
  }
  return { records, readBytes: outcome.readBytes };
}

async function seal({ vault, name, platform }: Run, built: BuiltArchive): Promise<Receipt> {
  const receipt = await vault.seal(name, built.recipePath, (done, total) => {
    platform.logger.progress({ phase: 'seal', done, total, unit: 'bytes' });
  });
  if (receipt.index === built.index && receipt.name === name) return receipt;
  throw new Failure(
    'damaged',
    `${vault.label} sealed ${receipt.name} with index ${receipt.index.slice(0, 12)}…, not ${name} with ${built.index.slice(0, 12)}…`,
    `Verify it (verify ${name} --level full), and run another backup.`,
  );
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function nameOddities(records: Record<string, FilesRecord>): string[] {
  return Object.entries(records).flatMap(([source, { skipped, changed }]) =>
    [...skipped, ...changed].map(({ path, reason }) => `${source}/${path}: ${reason}`),
  );
}

function textEntry(name: string, mode: number) {
  return { name: Buffer.from(name), mode, uid: 0, gid: 0, mtimeNs: 0n };
}

/** Names the run's connections, so that one left behind is found. PostgreSQL keeps 63 bytes. */
function applicationName(archive: string): string {
  return `skills-hub-continuity ${archive.replace(/^backup_full_|\.tar\.gz$/g, '')}`;
}

function fromReceipt(vault: VaultClient, greeting: Greeting, receipt: Receipt) {
  return {
    archive: receipt.name,
    vault: vault.label,
    index: receipt.index,
    sizeBytes: receipt.sizeBytes,
    storedBytes: receipt.newBytes,
    isTamperProof: greeting.isProvisioned,
    warnings: greeting.warnings,
  };
}
