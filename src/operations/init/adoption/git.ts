import { runCommand, type Environment } from '../../../system/run-command.ts';

/** Runs git in a folder; undefined where it fails or is not there. Output without the line break at its end. */
export async function askGit(
  folder: string,
  args: readonly string[],
  environment: Environment,
): Promise<string | undefined> {
  // A hook's variables name another repository than the one in this folder.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = environment;
  try {
    const { code, stdout, isTruncated } = await runCommand('git', ['-C', folder, ...args], {
      env,
      timeoutMs: 60_000,
      maximumOutputBytes: 64 << 20,
    });
    return code === 0 && !isTruncated ? stdout.replace(/\r?\n$/, '') : undefined;
  } catch {
    return undefined;
  }
}
