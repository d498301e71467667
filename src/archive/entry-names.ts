const SLASH = 0x2f;
const MAX_COMPONENT_BYTES = 255;

/** A name as people read it: UTF-8 with what is not printable escaped. */
export function showName(name: Buffer): string {
  return JSON.stringify(name.toString('utf8')).slice(1, -1);
}

/** A name without the slash at its end, which marks directories. */
export function withoutSlash(name: Buffer): Buffer {
  return name.at(-1) === SLASH ? name.subarray(0, -1) : name;
}

/** Whether a name is a path, without a slash at its end, or lies below it. */
export function isAtOrBelow(name: Buffer, path: Buffer): boolean {
  return name.subarray(0, path.length).equals(path) && (name.length === path.length || name[path.length] === SLASH);
}

/** A foreign name without any `./` before it; `./` itself is left with no bytes. */
export function stripDotSlash(name: Buffer): Buffer {
  let start = 0;
  while (name[start] === 0x2e && name[start + 1] === SLASH) start += 2;
  return name.subarray(start);
}

/**
 * Says why a name (without a directory's last slash) must not be extracted; undefined where it may. Names are bytes:
 * a backslash is a letter like any other.
 */
export function findNameFault(name: Buffer): string | undefined {
  if (name.length === 0) return 'the name is empty';
  if (name[0] === SLASH) return 'the name is absolute';
  if (name.includes(0)) return 'the name holds a NUL';
  for (const component of splitName(name)) {
    if (component.length === 0) return 'the name has an empty component';
    if (component.length > MAX_COMPONENT_BYTES) return 'the name has a component longer than 255 bytes';
    const text = component.length <= 2 ? component.toString('latin1') : '';
    if (text === '.' || text === '..') return `the name has the component "${text}"`;
  }
  return undefined;
}

/** The components of a path. */
export function* splitName(name: Buffer): Generator<Buffer, void, undefined> {
  let start = 0;
  for (let end = name.indexOf(SLASH); end !== -1; end = name.indexOf(SLASH, start)) {
    yield name.subarray(start, end);
    start = end + 1;
  }
  yield name.subarray(start);
}

/**
 * Whether a symlink leads out of the tree, read from where it stands. `..` may come first only: after a name, which may
 * be a symlink itself, nobody can say where it leads. With that, a chain of links that stay inside stays inside.
 */
export function pointsOutside(linkName: Buffer, target: Buffer): boolean {
  if (target.length === 0 || target[0] === SLASH) return true;
  let depth = [...splitName(linkName)].length - 1;
  let isPastStart = false;
  for (const component of splitName(target)) {
    const text = component.length <= 2 ? component.toString('latin1') : 'name';
    if (text === '' || text === '.') continue;
    if (text !== '..') isPastStart = true;
    else if (isPastStart || --depth < 0) return true;
  }
  return false;
}
