import { Failure } from '../../logging/failure.ts';
import { lastLine, runDocker, type DockerOptions } from './docker.ts';

const maximumOutputBytes = 64 << 20;

/**
 * Containers by their ids or names as the engine prints them; those that are gone are left out.
 * @throws Failure where the engine does not tell of each whether it is there: nothing is gone because nobody answered.
 */
export async function inspectByEngine<T>(ids: readonly string[], options: DockerOptions): Promise<T[]> {
  if (ids.length === 0) return [];
  const result = await runDocker(['container', 'inspect', '--', ...ids], { maximumOutputBytes, ...options });
  // One that was removed at this moment makes docker fail; the others are printed all the same.
  const gone = result.stderr.match(/no such (container|object)/gi)?.length ?? 0;
  if (!result.isTruncated && (result.code === 0 || gone > 0)) {
    const found = JSON.parse(result.stdout || '[]') as T[];
    if (found.length + gone === ids.length) return found;
  }
  const what = `docker container inspect failed: ${lastLine(result)}`;
  throw new Failure('source', what, 'Look at the engine (journalctl -u docker), then run again.');
}
