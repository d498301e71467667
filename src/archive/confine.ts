import { runCommand } from '../system/run-command.ts';
import { COMMAND_ENVIRONMENT } from './file-touches.ts';

/**
 * Calls a program with nothing in reach but the folder it is started in, and the programs of this system, which it may
 * only read: a symbolic link to elsewhere, whoever put it there, leads nowhere.
 *
 * A folder of this host becomes a mount of its own, above which ".." finds nothing. One in a container cannot be: it is
 * mounted in the container's own namespace, where ".." ends at the container's root.
 */
const script = String.raw`
use strict;
sub run { system(@_) == 0 or die "$_[0] failed\n" }
sub slurp { open(my $file, "<", $_[0]) or die "$_[0]: $!\n"; local $/; readline $file }
run(qw(mount -t tmpfs -o mode=755,size=1m tmpfs /tmp));
for my $name (qw(bin sbin lib lib32 lib64 libx32 usr)) {
  if (-l "/$name") {
    symlink(readlink("/$name"), "/tmp/$name") or die "$name: $!\n";
  } elsif (-d "/$name") {
    mkdir("/tmp/$name") or die "$name: $!\n";
    run("mount", "--bind", "/$name", "/tmp/$name");
    run("mount", "-o", "remount,bind,ro", "/tmp/$name");
  }
}
mkdir("/tmp/folder") or die "folder: $!\n";
opendir(my $here, ".") or die "the folder: $!\n";
my ($mount) = slurp("/proc/self/fdinfo/" . fileno($here)) =~ /^mnt_id:\s*(\d+)/m;
if (slurp("/proc/self/mountinfo") =~ /^$mount /m) {
  # As it is, not by its path, which somebody may have changed since it was opened.
  run(qw(mount --no-canonicalize --bind . /tmp/folder));
  chdir("/tmp/folder") or die "the folder: $!\n";
}
closedir($here);
chroot("/tmp") or die "chroot: $!\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
`;

let possible: Promise<boolean> | undefined;

/** Whether this process may confine others: it is root, with the right to mount. Asked once. */
export async function canConfine(): Promise<boolean> {
  possible ??= (async () => {
    if (process.getuid?.() !== 0) return false;
    const [program, ...args] = confined(['true']);
    const { code } = await runCommand(program, args, { env: COMMAND_ENVIRONMENT, cwd: '/' }).catch(() => ({ code: 1 }));
    return code === 0;
  })();
  return await possible;
}

/** The command that runs a program confined to its working directory. */
export function confined(command: readonly string[]): [program: string, ...args: string[]] {
  return ['unshare', '--mount', '--propagation', 'private', '--', 'perl', '-e', script, '--', ...command];
}
