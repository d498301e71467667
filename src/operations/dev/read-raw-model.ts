import { Failure } from '../../logging/failure.ts';
import { lastLine } from '../../sources/compose/docker.ts';
import { runCompose, type ComposeProject } from '../../sources/compose/project.ts';

const MAXIMUM_MODEL_BYTES = 16 << 20;

/**
 * What docker compose makes of a project's files, whole: every profile, every key.
 * @throws Failure `config` where it cannot read them.
 */
export async function readRawModel(project: ComposeProject): Promise<unknown> {
  const args = ['--profile', '*', 'config', '--format', 'json'];
  const result = await runCompose(project, args, { maximumOutputBytes: MAXIMUM_MODEL_BYTES });
  if (result.code === 0 && !result.isTruncated) return JSON.parse(result.stdout) as unknown;
  const reason = result.isTruncated ? 'its model is too large' : lastLine(result);
  throw new Failure(
    'config',
    `docker compose cannot read ${project.files.join(', ')}: ${reason}`,
    'Correct the compose file (docker compose config -q).',
  );
}
