import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { writeDurably } from '../../system/durable-file.ts';
import { runCommand, type Environment } from '../../system/run-command.ts';
import type { DeployPlaces } from './places.ts';

const timeoutMs = 10 * 60_000;

/**
 * Git without anything that a repository or an account could have it run: no hooks, no filters, no prompts. The source
 * may belong to another user: what a fetch starts there does not get these, and is told by a file (trustSource).
 */
const settings = { 'core.hooksPath': '/dev/null', 'core.fsmonitor': 'false', 'safe.directory': '*', 'gc.auto': '0' };

/** What names a commit, and can be no option of git's. */
export const revisionPattern = /^\w[\w./-]{0,200}$/;

/** The full name of a commit of a repository on this host. @throws Failure `usage` where it has no such commit. */
export async function resolveCommit(source: string, revision: string, environment: Environment): Promise<string> {
  if (!revisionPattern.test(revision)) {
    throw new Failure('usage', 'the commit: expected its SHA, or a branch', 'Nothing was done.');
  }
  const { code, stdout } = await git(
    ['-C', source, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`],
    environment,
  );
  const commit = stdout.trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new Failure('usage', `${source} has no commit ${revision}`, 'Check the commit out or fetch it first.');
}

/**
 * Puts a commit's files into a folder of their own, whole or not at all, and returns the folder. A commit that was
 * brought once needs its source no more. Expects the lock.
 */
export async function checkOut(
  places: DeployPlaces,
  { source, commit, environment }: { source: string; commit: string; environment: Environment },
): Promise<string> {
  const { repository, checkouts } = places;
  const target = join(checkouts, commit);
  await mkdir(checkouts, { recursive: true, mode: 0o700 });
  // A killed run's halves.
  for (const name of await readdir(checkouts)) {
    if (name.startsWith('.partial-')) await rm(join(checkouts, name), { recursive: true, force: true });
  }
  if (existsSync(target)) return target;
  const own = ['--git-dir', repository];
  await need(['init', '--quiet', '--bare', repository], environment);
  const reference = `refs/deployments/${commit}`;
  const isHere = (await git([...own, 'rev-parse', '--verify', '--quiet', reference], environment)).code === 0;
  if (!isHere) {
    const args = [...own, 'fetch', '--quiet', '--no-tags', '--depth=1', source, `+${commit}:${reference}`];
    await need(args, environment, await trustSource(places));
  }
  const partial = await mkdtemp(join(checkouts, '.partial-'));
  const tree = join(partial, 'tree');
  await mkdir(tree, { mode: 0o755 });
  const withIndex = { ...environment, GIT_INDEX_FILE: join(partial, 'index') };
  await need([...own, 'read-tree', commit], withIndex);
  await need([...own, '--work-tree', tree, 'checkout-index', '--all', '--force'], withIndex);
  await rename(tree, target);
  await rm(partial, { recursive: true, force: true });
  return target;
}

/** Forgets a commit: its files, and what git keeps of it. */
export async function forgetCommit(places: DeployPlaces, commit: string, environment: Environment): Promise<void> {
  await rm(join(places.checkouts, commit), { recursive: true, force: true });
  await git(['--git-dir', places.repository, 'update-ref', '-d', `refs/deployments/${commit}`], environment);
}

/** A configuration of git's that its upload-pack reads as well. Returns its path. */
async function trustSource({ directory }: DeployPlaces): Promise<string> {
  const path = join(directory, 'gitconfig');
  await writeDurably(path, '[safe]\n\tdirectory = *\n', 0o600);
  return path;
}

async function need(args: readonly string[], environment: Environment, configuration?: string): Promise<void> {
  const { code, stderr } = await git(args, environment, configuration);
  if (code === 0) return;
  const lines = stderr.trim().split('\n');
  // Advice may follow.
  const said = (lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1) ?? '').slice(0, 300);
  throw new Failure('failed', `git cannot bring the commit: ${said}`, 'Check that the checkout holds the commit.');
}

function git(args: readonly string[], environment: Environment, configuration = '/dev/null') {
  const entries = Object.entries(settings);
  return runCommand('git', args, {
    timeoutMs,
    env: {
      ...environment,
      GIT_CONFIG_GLOBAL: configuration,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: String(entries.length),
      ...Object.fromEntries(
        entries.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    },
  });
}
