import type { Attempt } from './attempt.ts';
import { judge } from './judge.ts';
import type { Said } from './said.ts';

/** What our own client says, up to its target: each attempt differs from it in one thing. */
const FLAGS = '-Ie.LsfxCIvu';

/**
 * A server of rsync that was started says its protocol's version (four bytes, the first of them the number) before
 * anything else, the daemon a line. It is then left alone: without a list of files it does nothing.
 */
function findRsync({ stdout }: Said): string | undefined {
  const isServer = stdout.length >= 4 && stdout.charCodeAt(0) >= 20 && stdout.slice(1, 4) === '\0\0\0';
  if (!isServer && !stdout.startsWith('@RSYNCD:')) return undefined;
  return `rsync was started with it: it speaks protocol ${String(stdout.charCodeAt(0))}`;
}

const dangerous: readonly string[] = [
  '--delete',
  '--delete-before',
  '--delete-during',
  '--delete-after',
  '--delete-excluded',
  '--delete-missing-args',
  '--remove-source-files',
  '--inplace',
  '--append',
  '--backup --suffix=~ --backup-dir=probe',
  '--partial-dir=.',
  '--temp-dir=.',
  '--delay-updates',
  '--force',
  '--existing',
  '--log-file=/dev/null',
  '--write-devices',
  '--copy-devices',
  '--files-from=-',
  '--link-dest=.',
  '--copy-dest=.',
  '--fake-super',
  '--chown=root:root',
  '--mkpath',
  '--relative',
  '--block-size=131072',
];

const flags: Record<string, string> = {
  '-lIe.LsfxCIvu': 'keep symbolic links (-l)',
  '-DIe.LsfxCIvu': 'make devices and FIFOs (-D)',
  '-rIe.LsfxCIvu': 'descend into folders (-r)',
  '-pogIe.LsfxCIvu': 'set modes and owners (-p -o -g)',
  '-HIe.LsfxCIvu': 'make hard links (-H)',
  '-KIe.LsfxCIvu': 'follow links to folders (-K)',
  '-sIe.LsfxCIvu': 'send arguments where nobody looks (-s)',
};

export const rsyncAttempts: readonly Attempt[] = [
  attempt('read the newest archive (--sender)', ({ newest }) => `rsync --server --sender ${FLAGS} . ${newest}`),
  attempt('list the archives (--sender --list-only)', () => `rsync --server --sender --list-only ${FLAGS} . ./`),
  attempt('start a daemon with settings of ours', () => 'rsync --server --daemon --config=/dev/null .'),
  attempt('start another program in its place', () => `/usr/bin/rsync --server ${FLAGS} . ./`),
  attempt('run a command on the other side (--rsh)', () => `rsync --server ${FLAGS} --rsh=id . ./`),
  ...dangerous.map((option) => {
    // rsync itself wants -r with these.
    const letters = option.startsWith('--delete') ? FLAGS.replace('-', '-r') : FLAGS;
    return attempt(option, () => `rsync --server ${letters} --partial ${option} . ./`);
  }),
  ...Object.entries(flags).map(([letters, what]) => attempt(what, () => `rsync --server ${letters} --partial . ./`)),
];

function attempt(what: string, write: (target: { newest: string }) => string): Attempt {
  return {
    area: 'rsync',
    what: what.startsWith('--') ? `rsync ${what}` : what,
    run: async (ground) => judge(await ground.ask(write(ground.target)), findRsync),
  };
}
