import { isOfGit, isWithin, type Complain, type DevGround } from './ground.ts';
import { asMap, isSet, judgeKeys, show } from './parts.ts';

type Resources = Readonly<Record<string, unknown>>;

const volumeKeys = new Set(['name', 'driver', 'driver_opts', 'external', 'labels']);
const networkKeys = new Set(
  'name driver driver_opts ipam external internal attachable labels enable_ipv4 enable_ipv6'.split(' '),
);
const fileKeys = new Set('name file content environment external driver driver_opts template_driver labels'.split(' '));

/** Volumes: the project's own, on Docker's own disk. */
export function judgeVolumes(volumes: Resources, ground: DevGround, complain: Complain): void {
  for (const [key, volume] of Object.entries(volumes)) {
    const { driver, driver_opts: options } = asMap(volume);
    const place = `volumes.${key}`;
    judgeKeys(asMap(volume), volumeKeys, (name) => `${place}.${name}`, complain);
    judgeOwner(place, volume, ground.production.volumes, complain);
    if (isSet(driver) && driver !== 'local') complain(`${place}.driver`, `${show(driver)} keeps files elsewhere`);
    const { type, o: flags, device } = asMap(options);
    // Any of them makes Docker mount something when a container starts: a folder, which may be another one by then, a disk,
    // or by its flags alone what lies over others. Only memory is nobody's, unless its flags make it a folder.
    if ([type, flags, device].some(isSet) && (type !== 'tmpfs' || /bind/.test(show(flags ?? '')))) {
      complain(place, `${show(options)} is mounted from elsewhere: a named volume needs none of it`);
    }
  }
}

/** Networks: the project's own bridges. */
export function judgeNetworks(networks: Resources, ground: DevGround, complain: Complain): void {
  for (const [key, network] of Object.entries(networks)) {
    const { driver, driver_opts: options } = asMap(network);
    const place = `networks.${key}`;
    judgeKeys(asMap(network), networkKeys, (name) => `${place}.${name}`, complain);
    judgeOwner(place, network, ground.production.networks, complain);
    if (isSet(driver) && driver !== 'bridge' && driver !== 'default') {
      complain(`${place}.driver`, `${show(driver)} joins a network of this host`);
    }
    if (isSet(asMap(options)['com.docker.network.bridge.name'])) {
      complain(`${place}.driver_opts`, 'a bridge by name may be that of another project');
    }
  }
}

/** Secrets and configurations: files of the project, or of development's folder of secrets. */
export function judgeFiles(kind: 'secrets' | 'configs', files: Resources, ground: DevGround, complain: Complain): void {
  for (const [key, entry] of Object.entries(files)) {
    const { external, file, driver } = asMap(entry);
    const place = `${kind}.${key}`;
    judgeKeys(asMap(entry), fileKeys, (name) => `${place}.${name}`, complain);
    if (isSet(external) || isSet(driver)) complain(place, 'it belongs to another project');
    if (!isSet(file)) continue;
    const path = ground.resolve(show(file));
    const { paths, settings } = ground.production;
    const isProductions = [...paths, ...settings].some((each) => isWithin(path, each) || isWithin(each, path));
    if (isProductions) complain(place, `${show(file)} is production's`);
    else if (path === ground.directory || isOfGit(path)) complain(place, `${show(file)} holds what git keeps (.git)`);
    else if (isWithin(ground.secrets, path)) complain(place, `${show(file)} holds the secrets of every service`);
    else if (![ground.directory, ground.secrets].some((folder) => isWithin(path, folder))) {
      complain(place, `${show(file)} is outside the project's folder ${ground.directory}`);
    }
  }
}

function judgeOwner(place: string, resource: unknown, theirs: readonly string[], complain: Complain): void {
  const { external, name } = asMap(resource);
  if (isSet(external)) complain(place, 'external: it belongs to another project');
  else if (isSet(name) && theirs.includes(show(name))) complain(place, `${show(name)} is production's`);
  // Docker takes the number of a network for its name.
  else if (/^[0-9a-f]{64}$/.test(show(name))) complain(place, `${show(name)} may be the number of another project's`);
}
