import { Failure } from '../../logging/failure.ts';
import { runCommand } from '../../system/run-command.ts';

/**
 * Returns when everything on the file systems of these paths is on disk.
 *
 * @throws Failure where a disk refuses: what is there now may be gone after a power cut.
 */
export async function syncFileSystems(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const { code, stderr } = await runCommand('sync', ['--file-system', '--', ...paths]);
  if (code === 0) return;
  throw new Failure(
    'failed',
    `${paths.join(', ')} cannot be brought to disk: ${stderr.trim()}`,
    'Look at the disks (dmesg), then run any command again.',
  );
}
