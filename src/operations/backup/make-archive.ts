import { ArchiveBuilder, type BuiltArchive } from '../../archive/archive-builder.ts';
import { CARD_TEXT } from '../../archive/emergency-card.ts';
import { CARD_NAME, MANIFEST_NAME, README_NAME } from '../../archive/layout.ts';
import type { FilesOutcome } from '../../archive/files-packer.ts';
import type { FilesRecord, Manifest } from '../../archive/manifest.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { runTogether } from '../../system/run-together.ts';
import type { Greeting, Receipt, VaultClient } from '../../vault/vault-client.ts';
import type { BackupOptions } from '../backup.ts';
import type { StackReport } from '../coverage/inspect-stack.ts';
import type { LocatedFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import type { StillHalted } from '../services/resume-services.ts';
import { whilePaused } from '../services/while-paused.ts';
import { addKit } from './add-kit.ts';
import { IndexCache } from './base-index.ts';
import { describeChanges, type BackupChanges } from './describe-changes.ts';
import { startDumps, type DumpReport } from './dump-databases.ts';
import type { FoundDatabases } from './find-databases.ts';
import { openBase } from './open-base.ts';
import { presentSources } from './present-sources.ts';
import { README_TEXT } from './readme-text.ts';
import { guardAgainstShrinking } from './shrink-guard.ts';
import { Uploader } from './uploader.ts';
import { recordFiles, walkSources } from './walk-sources.ts';

/** One backup under way. */
export interface Run {
  platform: Platform;
  options: BackupOptions;
  vault: VaultClient;
  greeting: Greeting;
  /** Being looked for since before the vault was greeted. */
  found: Promise<FoundDatabases>;
  /** The compose project, being looked at; never rejects. */
  stack: Promise<StackReport>;
  name: string;
  started: Date;
  /** An empty directory for spools and segments. */
  directory: string;
}

export interface MadeArchive {
  receipt: Receipt;
  sentBytes: number;
  readBytes: number;
  manifest: Manifest;
  /** Absent without an archive to build upon. */
  changes?: BackupChanges;
  warnings: string[];
  conditions: string[];
  /** Why services that were paused meanwhile do not go on. */
  stillHalted?: StillHalted;
}

/**
 * Makes one archive: dumps, files, texts, all at once where they may be; sends what is new, and has it sealed.
 *
 * @throws Failure; no archive has come into being then.
 */
export async function makeArchive(run: Run): Promise<MadeArchive> {
  const { platform, options, vault, greeting, directory } = run;
  const { logger, config } = platform;
  logger.phase(`Read and send ${run.name}`);
  const cache = new IndexCache(config.state);
  vault.expectUpload();
  const isSafety = options.trigger === 'safety';
  const sources = await presentSources(platform, isSafety);
  const [found, base] = await Promise.all([run.found, openBase({ vault, cache, logger }, greeting.newest)]);
  const missing = [
    ...found.missing,
    ...config.files.map(({ name }) => name).filter((name) => !sources.some((source) => source.name === name)),
  ];

  const uploader = new Uploader(vault, greeting.incoming);
  const builder = await ArchiveBuilder.create({
    directory,
    ...(base ? { base } : {}),
    rereadsAll: options.rereadsAll ?? false,
    deliver: async (segment) => {
      // Also in the middle of one large file, of which the walk knows nothing.
      platform.signal?.throwIfAborted();
      await uploader.deliver(segment);
    },
    onProgress: (done) => logger.progress({ phase: 'files', done, unit: 'files' }),
  });
  try {
    return await fillArchive(run, { builder, uploader, cache, sources, found, missing, since: base?.name });
  } catch (error) {
    await builder.abandon();
    throw error;
  }
}

interface Filling {
  builder: ArchiveBuilder;
  uploader: Uploader;
  cache: IndexCache;
  sources: readonly LocatedFiles[];
  found: FoundDatabases;
  /** Sources that a safety backup goes without. */
  missing: readonly string[];
  /** The archive that this one builds upon. */
  since: string | undefined;
}

async function fillArchive(run: Run, filling: Filling): Promise<MadeArchive> {
  const { platform, options, greeting, name } = run;
  const { builder, uploader, cache, sources, found, missing, since } = filling;
  const { logger } = platform;
  const stop = new AbortController();
  platform.signal?.addEventListener('abort', () => stop.abort(), { once: true });
  platform.signal?.throwIfAborted();
  const running = startDumps(platform, builder, found, applicationName(name), stop.signal);
  const [dumps, { result: files, stillHalted }, kit] = await runTogether<
    [DumpReport, Awaited<ReturnType<typeof whilePaused<WalkedFiles>>>, Awaited<ReturnType<typeof addKit>>]
  >(
    [
      () => running.finished,
      async (signal) => {
        // Dumps first: no row may name a file that only came later.
        await running.started;
        return await whilePaused(platform, () => addFiles(builder, sources, options, signal));
      },
      () => addKit(builder, platform, { mayBeMissing: options.trigger === 'safety' }),
    ],
    stop,
  );
  const { compose, images, warnings: uncovered } = await run.stack;
  const warnings = unique([
    ...greeting.warnings,
    ...found.warnings,
    ...uncovered,
    ...missing.map((source) => `"${source}" is missing and so not in this safety backup`),
    ...sources.flatMap(({ warning }) => warning ?? []),
    ...dumps.warnings,
    ...nameOddities(files.records),
    ...kit.warnings,
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
    ...(compose ? { compose } : {}),
    ...(images ? { images } : {}),
    kit: kit.record,
    warnings,
  };
  await builder.addText(textEntry(CARD_NAME, 0o644), Buffer.from(CARD_TEXT));
  await builder.addText(textEntry(README_NAME, 0o644), Buffer.from(README_TEXT));
  await builder.addText(textEntry(MANIFEST_NAME, 0o600), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  const built = await builder.finish();
  await uploader.finish();
  platform.signal?.throwIfAborted();

  const receipt = await seal(run, built);
  // Sealed it is: without the copy, the next run fetches the index.
  await cache.add(built.indexPath, built.index).catch((error: unknown) => {
    logger.warning(`the index of ${name} could not be kept for the next run: ${messageOf(error)}`);
  });
  for (const warning of warnings) logger.warning(warning);
  const conditions = unique([...(greeting.conditions ?? []), ...dumps.conditions]);
  for (const condition of conditions) logger.info(`Standing condition: ${condition}`);
  const { sentBytes } = uploader;
  const changes =
    since === undefined ? undefined : describeChanges(since, files, { records: dumps.databases, now: built.dumps });
  const { readBytes } = files.outcome;
  return {
    receipt,
    sentBytes,
    readBytes,
    manifest,
    warnings,
    conditions,
    ...(changes ? { changes } : {}),
    ...(stillHalted ? { stillHalted } : {}),
  };
}

interface WalkedFiles {
  records: Record<string, FilesRecord>;
  outcome: FilesOutcome;
}

async function addFiles(
  builder: ArchiveBuilder,
  sources: readonly LocatedFiles[],
  { allowShrink = [], trigger }: BackupOptions,
  signal: AbortSignal,
): Promise<WalkedFiles> {
  const walk = walkSources(sources, signal);
  const outcome = await builder.addFiles(walk.entries);
  const records = recordFiles(walk.reports, outcome);
  for (const { name, path } of trigger === 'safety' ? [] : sources) {
    const files = records[name]?.files ?? 0;
    const filesBefore = outcome.filesBefore.get(name) ?? 0;
    guardAgainstShrinking({ source: name, path, files, filesBefore }, allowShrink);
  }
  return { records, outcome };
}

async function seal({ vault, name, platform }: Run, built: BuiltArchive): Promise<Receipt> {
  platform.logger.phase(`Seal ${name}`);
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
