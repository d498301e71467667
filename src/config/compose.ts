import { resolve } from 'node:path';
import { z } from 'zod';
import { account, mapping, path, text } from './fields.ts';

/** The compose project that runs the platform: what `service:` and `volume:` elsewhere in the configuration refer to. */
export interface ComposeConfig {
  /** Where the relative paths of the compose files begin, and where its `.env` lies. */
  readonly directory: string;
  /** Compose files, absolute, each on top of those before it. */
  readonly files: readonly string[];
  /** Name of the project; absent: the one that the files give themselves. */
  readonly project?: string;
  /** Services that stand still while the files are read. */
  readonly pauses: readonly string[];
}

const services = z.array(account, { error: 'expected a list of services of the compose project' });

export const usedBySchema = services
  .optional()
  .describe('Services that stop while this is replaced. Default: those that mount it, or depend on its server.');

export const composeSchema = mapping({
  file: z
    .union([path, z.array(path).min(1)], { error: 'expected a compose file, or a list of them' })
    .default('docker-compose.yml')
    .describe('Compose file of the platform, or several, each on top of those before it; relative to root.'),
  project: text('a project name of lower-case letters, digits, "-" and "_"', /^[a-z0-9][a-z0-9_-]*$/)
    .optional()
    .describe('Name of the compose project. Default: the name in the compose file.'),
  pause: services.default([]).describe('Services that are paused while the files are read. Default: none.'),
});

/** The `compose:` of the file as the program sees it. */
export function resolveCompose({ file, project, pause }: z.output<typeof composeSchema>, root: string): ComposeConfig {
  return {
    directory: root,
    files: (typeof file === 'string' ? [file] : file).map((each) => resolve(root, each)),
    ...(project === undefined ? {} : { project }),
    pauses: pause,
  };
}
