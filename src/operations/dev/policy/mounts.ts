import { isOfGit, isWithin, type Complain, type DevGround } from './ground.ts';
import { asList, asMap, isSet, judgeKeys, show } from './parts.ts';

const bindKeys = new Set(['propagation', 'create_host_path', 'selinux']);

/**
 * Rules for what a service mounts: folders of the project to be read, volumes, memory; never what belongs to production.
 * A container that could write to the project would put a link in the place of what is judged here and used later: by
 * Docker, which follows links when the next container starts, or by the next build.
 */
export function judgeMounts(
  name: string,
  service: Readonly<Record<string, unknown>>,
  ground: DevGround,
  complain: Complain,
): void {
  const place = `services.${name}.volumes`;
  for (const mount of asList(service['volumes']).map(asMap)) {
    if (mount['type'] === 'bind') judgeBind(show(mount['source'] ?? ''), mount, place, ground, complain);
    else if (mount['type'] !== 'volume' && mount['type'] !== 'tmpfs') {
      complain(place, `${show(mount['type'] ?? mount)} is not known to be harmless`);
    }
  }
}

function judgeBind(
  source: string,
  mount: Readonly<Record<string, unknown>>,
  place: string,
  ground: DevGround,
  complain: Complain,
): void {
  const path = ground.resolve(source);
  judgeKeys(asMap(mount['bind']), bindKeys, (key) => `${place}.bind.${key}`, complain);
  const propagation = asMap(mount['bind'])['propagation'];
  if (isSet(propagation) && !/^r?private$/.test(show(propagation))) {
    complain(place, `${source} with propagation ${show(propagation)} changes mounts of this host`);
  }
  // By any name: it is called docker.sock, and so are its copies.
  if ([source, path].some((each) => /(^|\/)(docker|containerd|podman)\.sock$/.test(each))) {
    complain(place, `${source} is Docker's socket: whoever has it is root on this host`);
    return;
  }
  if (mount['read_only'] !== true) {
    complain(place, `${source} is writable: mount it read-only (:ro), and keep what is written in a named volume`);
  }
  judgeOwnPath(source, path, place, ground, complain);
}

/** A path of the project, and none that production's containers have, nor that holds one, nor lies in one. */
function judgeOwnPath(
  source: string,
  path: string,
  place: string,
  { directory, secrets, production }: DevGround,
  complain: Complain,
): void {
  if (!isWithin(path, directory)) {
    const leads = path === source ? '' : `, which leads to ${path},`;
    complain(place, `${source}${leads} is outside the project's folder ${directory}`);
    return;
  }
  const theirs = [...production.paths, ...production.settings].find(
    (each) => isWithin(path, each) || isWithin(each, path),
  );
  if (theirs !== undefined) complain(place, `${source} reaches ${theirs}, which is production's`);
  else if (isWithin(secrets, path)) complain(place, `${source} holds the secrets of every service`);
  else if (path === directory || isOfGit(path)) complain(place, `${source} holds what git keeps (.git)`);
}
