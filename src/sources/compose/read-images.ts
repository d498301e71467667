import { runDocker, type DockerOptions } from './docker.ts';

/** An image as the engine has it. */
export interface EngineImage {
  /** Digest of its configuration: the same wherever the same image is. */
  readonly id: string;
  /** `repository@sha256:…`, of every registry that it came from; none for one that was built here. */
  readonly digests: readonly string[];
}

const maximumOutputBytes = 16 << 20;

/** The images of these references or ids that are on this host, all by one question. */
export async function readImages(
  references: readonly string[],
  options: DockerOptions,
): Promise<ReadonlyMap<string, EngineImage>> {
  const wanted = [...new Set(references)];
  const found = new Map<string, EngineImage>();
  if (wanted.length === 0) return found;
  // One that is not here makes docker fail; the others are printed all the same, in the order of the question.
  const args = ['image', 'inspect', '--', ...wanted];
  const { stdout } = await runDocker(args, { maximumOutputBytes, ...options });
  for (const { Id: id, RepoTags, RepoDigests } of JSON.parse(stdout || '[]') as Inspected[]) {
    const image = { id, digests: [...(RepoDigests ?? [])].sort() };
    for (const name of [id, ...(RepoTags ?? []), ...(RepoDigests ?? [])]) found.set(name, image);
  }
  for (const reference of wanted) {
    const image = found.get(withTag(reference));
    if (image) found.set(reference, image);
  }
  return found;
}

interface Inspected {
  Id: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
}

/** As the engine lists it: without the default registry, with a tag. */
function withTag(reference: string): string {
  const short = reference.replace(/^(docker\.io\/)?(library\/)?/, '');
  if (short.includes('@')) return short.replace(/:[^:/@]+@/, '@');
  return /:[^/]+$/.test(short) ? short : `${short}:latest`;
}
