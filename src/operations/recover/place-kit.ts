import { access, lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KIT_PARTS } from '../../archive/layout.ts';
import type { KitRecord } from '../../archive/manifest.ts';
import { parseConfig } from '../../config/load.ts';
import { Failure } from '../../logging/failure.ts';
import { locateVolume } from '../../sources/compose/volume.ts';
import { extractKit } from '../kit.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { placeTree } from './place-tree.ts';

export interface KitChoice {
  /** File with the private age key that opens the secrets. */
  identity?: string;
  /** Typed by an operator: the secrets stay closed, and new ones are made. */
  makesNewSecrets: boolean;
  /** The clone of the repository: where the platform's files go unless continuity.yml names a root. */
  clone: string;
}

/** The toolkit's own folder on production; everything else of the host is a person's to put back. */
const ownFolder = '/etc/skills-hub';
const provisioned = `${ownFolder}/continuity.yml`;

/** Where the kit lies, closed to all but root, until the recovery has ended. */
export function kitDirectoryIn(state: string): string {
  return join(state, 'recovery-kit');
}

/**
 * Takes the recovery kit out of an archive and puts its files where they belong, without touching any that are there.
 * @throws Failure `usage` where its secrets are encrypted and nobody has said what to do about that.
 */
export async function placeKit(
  base: Platform,
  { archive, kit }: { archive: string; kit: KitRecord | undefined },
  choice: KitChoice,
): Promise<void> {
  const { logger } = base;
  const directory = kitDirectoryIn(base.config.state);
  await rm(directory, { recursive: true, force: true });
  if (!kit) {
    logger.warning(`${archive} holds no recovery kit: configuration and compose files of this machine are used.`);
    return;
  }
  await mkdir(base.config.state, { recursive: true, mode: 0o700 });
  const { identity, makesNewSecrets, clone } = choice;
  const found = await extractKit(base, { archive, directory, ...(identity === undefined ? {} : { identity }) });
  if (found.state === 'sealed' && !makesNewSecrets) {
    await rm(directory, { recursive: true, force: true });
    throw new Failure(
      'usage',
      `the secrets of ${archive} (passwords, .env) are encrypted for ${found.recipients.join(' and ')}`,
      'Nothing was started. Bring the private key that the team keeps offline: --identity FILE. Without it, --new-secrets makes new passwords; accounts and data come back all the same.',
    );
  }
  if (found.state === 'left-out')
    logger.warning(`${archive} holds no secrets, as no recovery recipient was configured: new ones are made.`);
  const root = await findRoot(directory, clone, base);
  await mkdir(root, { recursive: true });
  const parts = [
    [join(directory, KIT_PARTS.root), root],
    [join(directory, KIT_PARTS.host, ownFolder), ownFolder],
  ] as const;
  for (const [from, to] of parts) {
    if (!(await exists(from))) continue;
    await mkdir(to, { recursive: true, mode: 0o755 });
    const { placed, kept } = await placeTree(from, to);
    logger.info(`   ${placed.length} fichiers du kit mis en place sous ${to} (files of the kit put in place)`);
    for (const path of kept) logger.warning(`${path} lay there already and differs from the kit: it is left as it is.`);
  }
  for (const path of await listLeftOfKit(base.config.state)) {
    logger.warning(`The kit also holds ${path}, which is not put in place by itself: it is in ${directory}.`);
  }
  for (const note of found.notes) logger.warning(note);
}

/** Volumes that the kit holds, such as the proxy's certificates, by their keys in the compose file. */
export async function listKitVolumes(state: string): Promise<string[]> {
  return await readdir(join(kitDirectoryIn(state), KIT_PARTS.volume)).catch(() => []);
}

/** Fills volumes from the kit; files that are there stay. The volumes exist. */
export async function placeKitVolumes(platform: Platform, state: string): Promise<void> {
  for (const volume of await listKitVolumes(state)) {
    const target = await locateVolume(openProject(platform), volume);
    const { placed } = await placeTree(join(kitDirectoryIn(state), KIT_PARTS.volume, volume), target);
    platform.logger.info(
      `   ${placed.length} fichiers du kit mis dans le volume ${volume} (files of the kit put into it)`,
    );
  }
}

/** The platform's root: as the configuration of this machine says, else that of the kit, else the clone. */
async function findRoot(directory: string, clone: string, { config }: Platform): Promise<string> {
  if (await exists(config.file)) return config.root;
  const candidates = [
    [join(directory, KIT_PARTS.host, provisioned), provisioned],
    [join(directory, KIT_PARTS.root, 'continuity.yml'), join(clone, 'continuity.yml')],
  ] as const;
  for (const [path, file] of candidates) {
    if (await exists(path)) return parseConfig(await readFile(path, 'utf8'), file).root;
  }
  return clone;
}

/** Files of the host outside of our own folder: a person puts them back, from the kit's folder. */
export async function listLeftOfKit(state: string): Promise<string[]> {
  const directory = kitDirectoryIn(state);
  const found: string[] = [];
  const look = async (inside: string): Promise<void> => {
    const path = join(directory, KIT_PARTS.host, inside);
    for (const name of (await readdir(path).catch(() => [])).sort()) {
      const child = `${inside}/${name}`;
      if (child === ownFolder) continue;
      if ((await lstat(join(path, name))).isDirectory()) await look(child);
      else found.push(child);
    }
  };
  await look('');
  return found;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
