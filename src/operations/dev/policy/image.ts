import type { Complain, DevGround } from './ground.ts';
import { asList, asMap, isSet, show } from './parts.ts';

type Service = Readonly<Record<string, unknown>>;

/** With these an image that is here stays as it is. */
const keepsImages = /^(missing|if_not_present|never|build)$/;

/** Rules for a service's image: production's may be used, and are never replaced, by a build or from a registry. */
export function judgeImage(
  name: string,
  service: Service,
  project: string,
  { production }: DevGround,
  complain: Complain,
): void {
  const place = `services.${name}.image`;
  const theirs = production.images.map(writeImageInFull);
  const isTheirs = (image: string) => theirs.includes(writeImageInFull(image));
  const own = nameImage(project, name, service);
  const { build, pull_policy: policy } = service;
  if (isSet(build)) {
    for (const image of [own, ...asList(asMap(build)['tags']).map(show)].filter(isTheirs)) {
      complain(place, `${image} is an image of production: a build would replace it`);
    }
  }
  if (isSet(policy) && !keepsImages.test(show(policy)) && isTheirs(own)) {
    complain(place, `${own} is an image of production: with pull_policy ${show(policy)} it would be replaced`);
  }
}

/** The image that a service is started from: where it names none, what Compose calls the one that it builds. */
export function nameImage(project: string, name: string, { image }: Service): string {
  return isSet(image) ? show(image) : `${project}-${name}`;
}

/** An image's name as Docker files it, whichever of its short forms is written: registry, repository, tag; no digest. */
function writeImageInFull(image: string): string {
  const [written = ''] = image.split('@');
  const [first = '', ...rest] = written.split('/');
  const isRegistry = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const registry = isRegistry && first !== 'index.docker.io' ? first : 'docker.io';
  const path = isRegistry ? rest.join('/') : written;
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return `${registry}/${repository}${repository.includes(':') ? '' : ':latest'}`;
}
