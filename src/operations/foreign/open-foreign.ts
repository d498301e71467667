import { lstat } from 'node:fs/promises';
import type { SurveyedDump } from '../../archive/foreign-survey.ts';
import type { Manifest } from '../../archive/manifest.ts';
import { parseArchiveName } from '../../config/archive-name.ts';
import { Failure } from '../../logging/failure.ts';
import { readNameInstant } from '../../vault/upkeep/name-instant.ts';
import type { ArchiveSummary, VaultClient } from '../../vault/vault-client.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import { describeDump, writeMissingRoles } from './describe-dump.ts';
import { ForeignArchive } from './foreign-archive.ts';
import { judgeForeign } from './judge-foreign.ts';
import { LayoutFinder, type ForeignLayout, type PlacedDump } from './layout.ts';
import { lookAtServer, type LiveServer } from './live-server.ts';
import { MappedLines } from './mapped-lines.ts';
import { fetchPrivateCopy } from './private-copy.ts';
import { readSurvey, type SurveyAbout } from './survey-file.ts';
import { SpooledLines } from './unnamed-file.ts';

export interface OpenForeignOptions {
  platform: Platform;
  vault: VaultClient;
  archive: ArchiveSummary;
  /** Typed by an operator who lets an outdated psql read its dumps. */
  allowsOldClient: boolean;
}

/**
 * Opens an archive of the former script: asks the vault what it holds, and finds in it what is configured here.
 * @throws Failure `damaged` where nothing of it must be extracted: damaged, or made to do harm.
 */
export async function openForeign(options: OpenForeignOptions): Promise<ForeignArchive> {
  const { platform, vault, archive, allowsOldClient } = options;
  const { config, logger } = platform;
  const { name, sizeBytes, sha256 } = archive;
  if (sha256 === undefined) {
    throw new Failure(
      'vault',
      `${vault.label} does not tell the SHA-256 of ${name}`,
      'Bring the toolkit there up to date.',
    );
  }
  const directory = config.state;
  const finder = new LayoutFinder(name, config.foreign);
  const unplaced = await SpooledLines.open(directory);
  try {
    const chunks = await vault.readSurvey(name, (done, total) => {
      logger.progress({ phase: `look through ${name}`, done, total, unit: 'bytes' });
    });
    const about = await readSurvey(chunks, { name, sha256 }, async (text, line) => {
      finder.see(line);
      await unplaced.add(text);
    });
    refuseFaulty(about);
    await unplaced.flush();
    const layout = finder.finish();
    const owners = await findOwners(platform, layout);
    const lines = await MappedLines.spool(unplaced.read(), layout, { directory, owners });
    const dumpOf = (placed: PlacedDump): SurveyedDump | undefined => findDump(placed, about, layout, lines);
    return new ForeignArchive({
      name,
      sha256,
      sizeBytes,
      verdict: archive.verdict,
      about,
      layout,
      lines,
      appraisal: {
        allowsOldClient,
        copyBytes: sizeBytes,
        judge: (chosen) => judgeForeign({ name, about, layout, lines, dumpOf }, chosen),
      },
      describe: () => describe(platform, name, { layout, lines, dumpOf }),
      fetchCopy: (count) => fetchPrivateCopy({ vault, archive: { name, sizeBytes, sha256 }, directory, logger, count }),
    });
  } finally {
    await unplaced.close();
  }
}

/** In one line: where, and what. */
function refuseFaulty({ head: { name, fault } }: SurveyAbout): void {
  if (!fault) return;
  throw new Failure(
    'damaged',
    `${name} is damaged, or was made to do harm: ${fault.where === name ? '' : `${fault.where}: `}${fault.what}`,
    `Nothing was changed. Restore another archive; what can be saved of this one is found with care elsewhere (fetch ${name}).`,
  );
}

/** Whoever owns a source's folder now gets what belongs to root in the archive; dumps go to whoever unpacks them. */
async function findOwners(
  platform: Platform,
  layout: ForeignLayout,
): Promise<Map<string, { uid: number; gid: number }>> {
  const owners = new Map([['', { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }]]);
  for (const { source } of layout.files) {
    const configured = platform.config.files.find(({ name }) => name === source);
    if (!configured) continue;
    try {
      const { uid, gid } = await lstat(`${(await locateFiles(platform, configured)).path}/.`);
      owners.set(source, { uid, gid });
    } catch {
      // It is not there, or cannot be reached from here: then they belong to nobody.
    }
  }
  return owners;
}

function findDump(
  { name }: PlacedDump,
  { dumps }: SurveyAbout,
  layout: ForeignLayout,
  lines: MappedLines,
): SurveyedDump | undefined {
  const renamed = layout.rename(name);
  const ordinal = renamed && lines.dumps.find((line) => line.name.equals(renamed))?.offset;
  return dumps.find((dump) => dump.ordinal === ordinal);
}

/** What the manifest would say, had the former script written one; and the roles that are missing, by file. */
async function describe(
  platform: Platform,
  name: string,
  {
    layout,
    lines,
    dumpOf,
  }: { layout: ForeignLayout; lines: MappedLines; dumpOf: (placed: PlacedDump) => SurveyedDump | undefined },
): Promise<{ manifest: Manifest; globals: Map<string, string> }> {
  const { config } = platform;
  const parsed = parseArchiveName(name);
  const made = (parsed ? readNameInstant(parsed, config.timezone) : new Date(0)).toISOString();
  const manifest: Manifest = {
    format: 1,
    name,
    trigger: 'nightly',
    toolVersion: 'former script',
    started: made,
    ended: made,
    databases: {},
    globals: {},
    files: {},
    warnings: [],
  };
  const needs = new Map<string, { dumps: SurveyedDump[]; server: LiveServer | undefined }>();
  for (const placed of layout.dumps) {
    const source = config.databases.find((each) => each.name === placed.source);
    const line = lines.dumps.find(({ name: each }) => layout.rename(placed.name)?.equals(each));
    if (!source || !line) continue;
    const server = await lookAtServer(platform, source, placed.database);
    const found = dumpOf(placed) ?? { ...unreadable, ordinal: line.offset };
    manifest.databases[placed.key] = describeDump({ placed, sizeBytes: line.size ?? 0, found, server, made });
    const need = needs.get(placed.source) ?? { dumps: [], server };
    need.dumps.push(found);
    needs.set(placed.source, need);
  }
  const globals = new Map<string, string>();
  for (const [source, { dumps, server }] of needs) {
    const sql = writeMissingRoles(dumps, server);
    if (sql === '') continue;
    const file = `db/globals-${source}.sql`;
    globals.set(file, sql);
    manifest.globals[file] = { source, passwords: false, sizeBytes: Buffer.byteLength(sql), roles: [] };
  }
  for (const [source, { files, directories, links, bytes }] of lines.sources) {
    const walk = { walkStarted: made, walkEnded: made, skipped: [], changed: [] };
    manifest.files[source] = { files, directories, links, bytes, ...walk };
  }
  return { manifest, globals };
}

/** What is no dump has a record all the same, so that it can be named; a restore refuses it. */
const unreadable: Omit<SurveyedDump, 'ordinal'> = {
  isWhole: false,
  fingerprints: { tables: {}, sequences: {}, largeObjects: { count: 0, bytes: 0, sha256: '0'.repeat(64) } },
  serverVersion: '',
  clientVersion: '',
  encoding: 'UTF8',
  roles: [],
  extensions: [],
  hasInserts: false,
};
