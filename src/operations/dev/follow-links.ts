import { readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** As many as Linux follows. */
const MAXIMUM_LINKS = 40;

/**
 * The path that a path leads to, links followed, also those into folders that are not there yet, or that are closed to
 * this account: Docker is root, and gets further. Links in a circle lead to `/`, which is nobody's.
 */
export function followLinks(path: string): string {
  const ahead = resolve(path).split('/');
  let links = 0;
  let reached = '/';
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      reached = dirname(reached);
      continue;
    }
    const here = join(reached, name);
    const target = readLink(here);
    if (target === undefined) {
      reached = here;
      continue;
    }
    links += 1;
    if (links > MAXIMUM_LINKS) return '/';
    if (target.startsWith('/')) reached = '/';
    ahead.unshift(...target.split('/'));
  }
  return reached;
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
