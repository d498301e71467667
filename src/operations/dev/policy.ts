import { isRecord } from '../../system/is-record.ts';
import { judgeMounts } from './policy/mounts.ts';
import { judgeBuild } from './policy/build.ts';
import type { Complain, DevGround } from './policy/ground.ts';
import { judgeImage } from './policy/image.ts';
import { asMap, judgeKeys, show } from './policy/parts.ts';
import { judgeService } from './policy/service.ts';
import { judgeFiles, judgeNetworks, judgeVolumes } from './policy/resources.ts';

/** What may stand at the top of the model; anything else is newer than this policy. */
const topKeys = new Set(['name', 'services', 'networks', 'volumes', 'configs', 'secrets']);

/**
 * Everything in a development model (`docker compose config --format json`, of every profile) that reaches production,
 * or the host: whoever can push to develop writes it. Empty where it may be started. What this version does not know is
 * refused, so that a newer Compose cannot open a door that nobody has looked at.
 */
export function judgeDevModel(model: unknown, ground: DevGround): string[] {
  const faults: string[] = [];
  const complain: Complain = (place, fault) => faults.push(`${place}: ${fault}`);
  const top = asMap(model);
  judgeName(top['name'], ground, complain);
  judgeKeys(top, topKeys, (key) => key, complain);
  const services = Object.entries(asMap(top['services']));
  if (services.length === 0) complain('services', 'there is none');
  for (const [name, service] of services) {
    if (!isRecord(service)) complain(`services.${name}`, 'is no service');
    judgeService(name, asMap(service), String(top['name']), complain);
    judgeMounts(name, asMap(service), ground, complain);
    judgeBuild(name, asMap(service), ground, complain);
    judgeImage(name, asMap(service), String(top['name']), ground, complain);
  }
  judgeVolumes(asMap(top['volumes']), ground, complain);
  judgeNetworks(asMap(top['networks']), ground, complain);
  judgeFiles('secrets', asMap(top['secrets']), ground, complain);
  judgeFiles('configs', asMap(top['configs']), ground, complain);
  return faults;
}

/** The project's name decides which containers, volumes and networks are meant: by that of production they are production's. */
function judgeName(name: unknown, { production }: DevGround, complain: Complain): void {
  if (typeof name !== 'string' || name === '') complain('name', 'the project has none');
  else if (production.projects.includes(name)) complain('name', `${show(name)} is production's project`);
}
