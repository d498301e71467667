import { resolve } from 'node:path';
import { z } from 'zod';
import { account, mapping, path, text } from './fields.ts';

/** The compose project that runs the platform: what `service:` and `volume:` elsewhere in the configuration refer to. */
export interface ComposeConfig {
  /** Compose files, absolute, each on top of those before it; absent: those that docker compose takes by itself at the root. */
  readonly files?: readonly string[];
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
    .optional()
    .describe(
      'Compose file of the platform, or several, each on top of those before it; relative to root. ' +
        'Default: what docker compose takes there by itself, overrides and COMPOSE_FILE of .env included.',
    ),
  project: text('a project name of lower-case letters, digits, "-" and "_"', /^[a-z0-9][a-z0-9_-]*$/)
    .optional()
    .describe('Name of the compose project. Default: the name in the compose file.'),
  pause: services.default([]).describe('Services that are paused while the files are read. Default: none.'),
});

/** The `compose:` of the file as the program sees it. */
export function resolveCompose({ file, project, pause }: z.output<typeof composeSchema>, root: string): ComposeConfig {
  const names = typeof file === 'string' ? [file] : file;
  return {
    ...(names === undefined ? {} : { files: names.map((each) => resolve(root, each)) }),
    ...(project === undefined ? {} : { project }),
    pauses: pause,
  };
}
