import { runCommand } from '../../system/run-command.ts';

/** What this vault does without because a program is missing: for its administrator, the same every night. */
export async function listMissingPrograms(): Promise<string[]> {
  // Only whether it starts at all is asked.
  const hasLimits = await runCommand('prlimit', ['--version']).then(
    () => true,
    () => false,
  );
  return hasLimits
    ? []
    : ['uploads are not held to the size of a segment: the program prlimit is missing (Debian package util-linux)'];
}
