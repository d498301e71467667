import type { ImageRecord } from '../../archive/manifest.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import { readImages } from '../../sources/compose/read-images.ts';
import type { Stack, StackOptions } from './read-stack.ts';

/** The image of every service: that of its container, else the one that the compose file names. */
export async function listImages(
  { model, state }: Stack,
  { environment }: Pick<ComposeProject, 'environment'>,
  options: StackOptions = {},
): Promise<Record<string, ImageRecord>> {
  const services = new Map<string, { image: string; imageId?: string }>();
  for (const { name, image } of model.services) if (image !== '') services.set(name, { image });
  for (const { service, image, imageId } of state.containers) services.set(service, { image, imageId });
  const wanted = [...services.values()].map(({ image, imageId }) => imageId ?? image);
  const images = await readImages(wanted, { ...options, environment });
  return Object.fromEntries(
    [...services].map(([service, { image, imageId }]) => {
      const found = images.get(imageId ?? image);
      const id = imageId ?? found?.id;
      return [service, { image, ...(id === undefined ? {} : { id }), digests: [...(found?.digests ?? [])] }];
    }),
  );
}
