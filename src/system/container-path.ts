/** The root of a process, which is that of its container, and a path below it. */
const containerPath = /^(\/proc\/\d+\/root)(?:\/+([^]*))?$/;
const PREFIX = Buffer.from('/proc/');

/** A path into a container in two: what leads to its root, and the rest, without its first slash. */
export interface ContainerPath {
  top: string;
  inner: Buffer;
}

/** Takes a path into a container apart; undefined where it is one of this host. */
export function splitContainerPath(path: Buffer): ContainerPath | undefined {
  // Asked for every file of a walk: most paths are told apart by their first bytes.
  if (path.length < PREFIX.length || path.compare(PREFIX, 0, PREFIX.length, 0, PREFIX.length) !== 0) return undefined;
  const [, top, inner = ''] = containerPath.exec(path.toString('latin1')) ?? [];
  return top === undefined ? undefined : { top, inner: Buffer.from(inner, 'latin1') };
}

/** Whether a path leads into a container by the root of its process. */
export function isInContainer(path: string): boolean {
  return containerPath.test(path);
}
