import { execFile, type ChildProcess } from 'node:child_process';
import { constants, open, type FileHandle } from 'node:fs/promises';
import { Failure, messageOf } from '../logging/failure.ts';
import { formatSeconds } from './tar-header.ts';

/** Fixed, so that nobody's environment decides which programs write the files, or how they speak. */
export const COMMAND_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/** Puts a modification time back, exactly: Node's own calls round nanoseconds. */
export async function restoreTime(file: FileHandle, mtimeNs: bigint): Promise<void> {
  try {
    await runOn(file, 'touch', ['--no-create', '--time=mtime', `--date=@${formatSeconds(mtimeNs)}`]);
  } catch (error) {
    const message = `A modification time could not be restored (${messageOf(error)}).`;
    throw new Failure('failed', message, 'Look at the disk that holds the staging directory.', { cause: error });
  }
}

/** Turns a file's runs of zeros into holes again; returns what is to be noted where the file system has none. */
export async function restoreHoles(path: Buffer, mtimeNs: bigint): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
    await runOn(file, 'fallocate', ['--dig-holes']);
    return undefined;
  } catch (error) {
    return `its holes are filled with zeros (${messageOf(error).trim()})`;
  } finally {
    if (file) await restoreTime(file, mtimeNs).finally(() => file?.close());
  }
}

/** Runs a command on an open file, which it gets as descriptor 3: no name is needed, however long or odd. */
async function runOn(file: FileHandle, command: string, options: readonly string[]): Promise<void> {
  const target = `/proc/${process.pid}/fd/${file.fd}`;
  await new Promise<void>((resolve, reject) => {
    const done = (error: Error | null): void => (error ? reject(error) : resolve());
    const child: ChildProcess = execFile(command, [...options, target], { env: COMMAND_ENVIRONMENT }, done);
    child.stdin?.end();
  });
}
