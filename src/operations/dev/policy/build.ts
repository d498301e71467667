import { resolve } from 'node:path';
import { isOfGit, isWithin, type Complain, type DevGround } from './ground.ts';
import { asMap, isSet, show } from './parts.ts';

const knownKeys = new Set(
  `additional_contexts args cache_from context dockerfile dockerfile_inline extra_hosts isolation labels network no_cache
  platforms pull secrets shm_size tags target ulimits`.split(/\s+/),
);

/** Rules for building a service's image: from the project alone. Its name is judged in image.ts. */
export function judgeBuild(
  name: string,
  service: Readonly<Record<string, unknown>>,
  ground: DevGround,
  complain: Complain,
): void {
  if (!isSet(service['build'])) return;
  const written = service['build'];
  const build = typeof written === 'string' ? { context: written } : asMap(written);
  const at = (key: string) => `services.${name}.build.${key}`;
  for (const [key, value] of Object.entries(build)) {
    if (!knownKeys.has(key) && !key.startsWith('x-') && isSet(value)) complain(at(key), 'is not known to be harmless');
  }
  const context = show(build['context'] ?? ground.directory);
  judgeFolder(context, at('context'), ground, complain);
  const dockerfile = build['dockerfile'];
  if (isSet(dockerfile)) judgeFolder(resolve(context, show(dockerfile)), at('dockerfile'), ground, complain);
  for (const [key, folder] of Object.entries(asMap(build['additional_contexts']))) {
    if (/^(docker-image:\/\/|service:)/.test(show(folder))) continue;
    judgeFolder(show(folder), at(`additional_contexts.${key}`), ground, complain);
  }
  if (isSet(build['network']) && !/^(none|default|bridge)$/.test(show(build['network']))) {
    complain(at('network'), `${show(build['network'])} is not of this project's own`);
  }
}

/** What is copied into an image is in the hands of whoever runs it. */
function judgeFolder(source: string, place: string, ground: DevGround, complain: Complain): void {
  // An address, or the form git@host:path; a path is absolute by now.
  if (!source.startsWith('/')) {
    complain(place, `${source} is not of the commit`);
    return;
  }
  const path = ground.resolve(source);
  if (![ground.directory, ...ground.contexts].some((folder) => isWithin(path, folder))) {
    complain(place, `${source} is outside the project's folder ${ground.directory}`);
    return;
  }
  const { paths, settings } = ground.production;
  // A part of what is production's; or a folder that has it here, whatever a .dockerignore may leave out.
  const theirs =
    [...paths, ...settings].find((each) => isWithin(path, each)) ?? ground.kept.find((each) => isWithin(each, path));
  if (theirs !== undefined) {
    complain(place, `${source} reaches ${theirs}, which is production's: build from another clone, without it`);
  } else if (isWithin(path, ground.secrets)) complain(place, `${source} is of the secrets of every service`);
  else if (isOfGit(path)) complain(place, `${source} is git's own, tokens included`);
}
