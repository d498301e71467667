import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findReachable, permits } from './reachable-folders.ts';
import { asMap } from '../dev/policy/parts.ts';
import type { LocalRunner, RunnerWorld } from './judge-dev-runner.ts';

/** Where to look; tests have folders of their own. */
export interface RunnerGround {
  readonly proc: string;
  readonly etc: string;
  readonly run: string;
}

const host: RunnerGround = { proc: '/proc', etc: '/etc', run: '/run' };

/** Runners whose listener runs on this host, which of `folders` each may enter, and root's lists, as far as this user may see them. */
export async function findRunners(folders: readonly string[], ground: RunnerGround = host): Promise<RunnerWorld> {
  const pids = (await readdir(ground.proc)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readRunner(ground, pid, folders)));
  return { runners: found.filter((each) => each !== undefined), lists: await readLists(ground.etc) };
}

async function readRunner(
  { proc, etc, run }: RunnerGround,
  pid: string,
  folders: readonly string[],
): Promise<LocalRunner | undefined> {
  const program = (await readText(join(proc, pid, 'cmdline'))).split('\0')[0] ?? '';
  if (!/(^|\/)Runner\.Listener$/.test(program)) return undefined;
  // DIRECTORY/bin/Runner.Listener; started by another name, the program itself tells.
  const path = program.startsWith('/') ? program : await readlink(join(proc, pid, 'exe')).catch(() => program);
  const directory = dirname(dirname(path));
  const { uid } = await stat(join(proc, pid));
  const account = await readAccount(etc, uid);
  const socket = await stat(join(run, 'docker.sock')).catch(() => undefined);
  const identity = { uid, groupIds: [...account.groups.values()] };
  return {
    directory,
    name: await readName(directory),
    uid,
    user: account.user,
    groups: [...account.groups.keys()],
    mayUseDocker: socket !== undefined && permits(socket, identity, 0o2),
    hasOwnDocker: existsSync(join(run, 'user', String(uid), 'docker.sock')),
    reaches: await findReachable(folders, identity),
  };
}

/** What `config.sh` has written; with a byte order mark in front. */
async function readName(directory: string): Promise<string> {
  try {
    const { agentName } = asMap(JSON.parse((await readText(join(directory, '.runner'))).replace(/^\uFEFF/, '')));
    return typeof agentName === 'string' ? agentName : '';
  } catch {
    return '';
  }
}

/** The account and its groups by name, out of the local files. */
async function readAccount(etc: string, uid: number): Promise<{ user: string; groups: Map<string, number> }> {
  const rows = async (name: string) => (await readText(join(etc, name))).split('\n').map((line) => line.split(':'));
  const [user = String(uid), , , primary] = (await rows('passwd')).find(([, , id]) => id === String(uid)) ?? [];
  const groups = (await rows('group')).filter(
    ([, , id, members = '']) => (id !== undefined && id === primary) || members.split(',').includes(user),
  );
  return { user, groups: new Map(groups.map(([name = '', , id]) => [name, Number(id)])) };
}

async function readLists(etc: string): Promise<Record<string, string[]>> {
  const folder = join(etc, 'skills-hub-runner');
  const names = await readdir(folder).catch(() => []);
  const lists = names
    .filter((name) => name.endsWith('.conf'))
    .map(async (name) => [name.slice(0, -'.conf'.length), (await readText(join(folder, name))).split('\n')] as const);
  return Object.fromEntries(await Promise.all(lists));
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
