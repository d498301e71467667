import { dirname, resolve } from 'node:path';
import { isOfGit, isWithin, type Complain, type DevGround } from './ground.ts';
import { asList, asMap, isSet, judgeKeys, show } from './parts.ts';

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
  judgeKeys(build, knownKeys, at, complain);
  const context = show(build['context'] ?? ground.directory);
  judgeFolder(context, at('context'), ground, complain);
  const dockerfile = build['dockerfile'];
  if (isSet(dockerfile)) {
    const file = resolve(context, show(dockerfile));
    judgeFolder(file, at('dockerfile'), ground, complain);
    // The builder is handed all that lies beside it, and what is written in the file decides what becomes of that.
    judgeFolder(dirname(file), at('dockerfile'), ground, complain);
  }
  for (const cache of asList(build['cache_from']).map(show)) {
    // An image; other kinds are a folder of this host, or an address that is told tokens.
    if (/[=,]/.test(cache) && !/^type=registry,ref=[^,]+$/.test(cache))
      complain(at('cache_from'), `${cache} is no image`);
  }
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
