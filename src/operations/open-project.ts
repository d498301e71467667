import { Failure } from '../logging/failure.ts';
import { leaveOutOtherProjects, type ComposeProject } from '../sources/compose/project.ts';
import { locateProject } from '../sources/compose/project-files.ts';
import type { Platform } from './platform.ts';

/** The compose project of the platform, whatever project the shell is set to. @throws Failure `config` where none is configured. */
export function openProject({ config, environment }: Pick<Platform, 'config' | 'environment'>): ComposeProject {
  const { compose, root } = config;
  if (compose) {
    return { ...compose, ...locateProject(compose.files, root), environment: leaveOutOtherProjects(environment) };
  }
  const next = 'Name the compose file there: compose: { file: docker-compose.yml }.';
  throw new Failure('config', `${config.file} names no compose project`, next);
}
