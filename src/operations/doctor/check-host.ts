import { access, constants, mkdir, readdir, stat, statfs } from 'node:fs/promises';
import type { FilesConfig } from '../../config/config.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { requireProgram } from '../../system/run-command.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import { describePhase, describeRemedy, describeJournal, FINISHING_COMMANDS } from '../restore/interrupted-text.ts';
import { readJournal } from '../restore/journal.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

/** Segments wait in the state directory until they are sent; with less room than this a backup may fail. */
const STAGING_BYTES = 1024 * 1024 * 1024;

/** Programs that every backup or restore calls, with the Debian package of each. */
const PROGRAMS = { tar: 'tar', flock: 'util-linux', fallocate: 'util-linux', touch: 'coreutils' };
const SSH_PROGRAMS = { ssh: 'openssh-client', rsync: 'rsync' };

/** This host: programs, state directory, file sources, unfinished business. */
export async function checkHost(platform: Platform): Promise<Finding[]> {
  const { config } = platform;
  const programs = { ...PROGRAMS, ...(config.vault.kind === 'ssh' ? SSH_PROGRAMS : {}) };
  const checks = [
    ...Object.entries(programs).map(([program, debianPackage]) =>
      examine(program, async () => [fine(program, await requireProgram(program, debianPackage))]),
    ),
    examine('state', () => checkState(config.state)),
    ...config.files.map((source) => examine(`files.${source.name}`, () => checkFolder(platform, source))),
    examine('restore', () => checkUnfinished(config.state)),
  ];
  const findings = (await Promise.all(checks)).flat();
  if (config.files.length === 0 && config.databases.length === 0) {
    findings.push(worry('continuity.yml', 'it names no database and no files', 'Name what is to be protected.'));
  }
  return findings;
}

async function checkState(state: string): Promise<Finding[]> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await access(state, constants.W_OK);
  const { bavail, bsize } = await statfs(state);
  const free = bavail * bsize;
  if (free >= STAGING_BYTES) return [fine('state', `${state}, ${formatBytes(free)} free`)];
  return [
    worry(
      'state',
      `${state} has only ${formatBytes(free)} free`,
      `Make room: up to ${formatBytes(STAGING_BYTES)} wait there to be sent.`,
    ),
  ];
}

async function checkFolder(platform: Platform, source: FilesConfig): Promise<Finding[]> {
  const subject = `files.${source.name}`;
  const { path, warning } = await locateFiles(platform, source);
  const about = await stat(await resolveFolder(path));
  if (!about.isDirectory()) return [{ subject, state: 'failed', message: `${path} is no folder` }];
  const names = await readdir(path);
  const found =
    names.length > 0 ? fine(subject, path) : worry(subject, `${path} is empty`, 'Check that it is mounted.');
  return warning === undefined ? [found] : [found, worry(subject, warning)];
}

async function checkUnfinished(state: string): Promise<Finding[]> {
  const journal = await readJournal(state);
  if (!journal) return [];
  const message = `the ${describeJournal(journal)}, begun ${journal.started}, was interrupted ${describePhase(journal)}`;
  return [worry('restore', message, `Nothing to be done: ${FINISHING_COMMANDS} ${describeRemedy(journal)} first.`)];
}
