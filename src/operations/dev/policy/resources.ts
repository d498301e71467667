import { isWithin, type Complain, type DevGround } from './ground.ts';
import { judgeOwnPath } from './mounts.ts';
import { asMap, isSet, show } from './parts.ts';

type Resources = Readonly<Record<string, unknown>>;

/** Volumes: the project's own, on Docker's own disk. */
export function judgeVolumes(volumes: Resources, ground: DevGround, complain: Complain): void {
  for (const [key, volume] of Object.entries(volumes)) {
    const { driver, driver_opts: options } = asMap(volume);
    const place = `volumes.${key}`;
    judgeOwner(place, volume, ground.production.volumes, complain);
    if (isSet(driver) && driver !== 'local') complain(`${place}.driver`, `${show(driver)} keeps files elsewhere`);
    const device = asMap(options)['device'];
    if (!isSet(device)) continue;
    const flags = show(asMap(options)['o'] ?? '').split(',');
    if (flags.includes('bind') || flags.includes('rbind')) {
      judgeOwnPath(show(device), ground.resolve(show(device)), place, ground, complain);
    } else if (asMap(options)['type'] !== 'tmpfs') {
      complain(place, `${show(device)} is mounted from elsewhere`);
    }
  }
}

/** Networks: the project's own bridges. */
export function judgeNetworks(networks: Resources, ground: DevGround, complain: Complain): void {
  for (const [key, network] of Object.entries(networks)) {
    const { driver, driver_opts: options } = asMap(network);
    const place = `networks.${key}`;
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
    if (isSet(external) || isSet(driver)) complain(place, 'it belongs to another project');
    if (!isSet(file)) continue;
    const path = ground.resolve(show(file));
    const { paths, settings } = ground.production;
    const isProductions = [...paths, ...settings].some((each) => isWithin(path, each) || isWithin(each, path));
    if (isProductions) complain(place, `${show(file)} is production's`);
    else if (![ground.directory, ground.secrets].some((folder) => isWithin(path, folder))) {
      complain(place, `${show(file)} is outside the project's folder ${ground.directory}`);
    }
  }
}

function judgeOwner(place: string, resource: unknown, theirs: readonly string[], complain: Complain): void {
  const { external, name } = asMap(resource);
  if (isSet(external)) complain(place, 'external: it belongs to another project');
  else if (isSet(name) && theirs.includes(show(name))) complain(place, `${show(name)} is production's`);
}
