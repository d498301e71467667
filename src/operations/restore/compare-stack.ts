import type { ImageRecord, Manifest } from '../../archive/manifest.ts';
import { messageOf } from '../../logging/failure.ts';
import { listImages } from '../coverage/list-images.ts';
import { readStack } from '../coverage/read-stack.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';

/** Longer than this docker is not waited for: a restore does not depend on it. */
const options = { timeoutMs: 30_000 };

/**
 * A warning where the archive is another compose project's, and one for each service that runs another image than when it
 * was made. Never fails.
 */
export async function compareStack(platform: Platform, { compose, images }: Manifest): Promise<string[]> {
  if (!images || !platform.config.compose) return [];
  try {
    const project = openProject(platform);
    const stack = await readStack(project, options);
    return [
      ...compareProjects(compose?.project, project.project ?? stack.model.project),
      ...listDifferences(images, await listImages(stack, project, options)),
    ];
  } catch (error) {
    return [`whether the services still run the images of the archive could not be checked: ${messageOf(error)}`];
  }
}

/** No refusal: a platform that is recovered elsewhere may have another name on purpose. */
export function compareProjects(before: string | undefined, now: string | undefined): string[] {
  if (!before || !now || before === now) return [];
  return [
    `the archive is of the compose project ${before}, and what it would stop and replace is of the project ${now}`,
  ];
}

/** Services that are gone, or came later, say nothing about what is restored. */
export function listDifferences(
  before: Readonly<Record<string, ImageRecord>>,
  now: Readonly<Record<string, ImageRecord>>,
): string[] {
  return Object.entries(before).flatMap(([service, former]) => {
    const current = Object.hasOwn(now, service) ? now[service] : undefined;
    if (!current || isSame(former, current)) return [];
    return [`service ${service}: made with ${describe(former)}, now ${describe(current)}`];
  });
}

/** By id or digest where both are known: a tag moves. */
function isSame(one: ImageRecord, other: ImageRecord): boolean {
  if (one.digests.some((digest) => other.digests.includes(digest))) return true;
  return one.id !== undefined && other.id !== undefined ? one.id === other.id : one.image === other.image;
}

function describe({ image, id, digests }: ImageRecord): string {
  const digest = digests[0]?.split('@')[1] ?? id;
  return digest === undefined ? image : `${image} (${digest.slice(0, 'sha256:'.length + 12)}…)`;
}
