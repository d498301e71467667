import type { ComposeMount } from './compose-model.ts';

/** One line of `volumes:` of a service, short or long; undefined where it holds nothing on a disk (tmpfs, npipe). */
export function readMount(value: unknown): ComposeMount | undefined {
  if (typeof value === 'string') return readShortMount(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, source, target, read_only } = value as Record<string, unknown>;
  if (typeof target !== 'string') return undefined;
  const isReadOnly = read_only === true || read_only === 'true';
  const from = typeof source === 'string' ? source : '';
  if (type === 'bind') return { kind: 'bind', source: from, target, isReadOnly };
  // Cluster volumes are named like the others, and are as little known here.
  if (type === 'volume' || type === 'cluster' || type === undefined) {
    return { kind: from === '' ? 'anonymous' : 'volume', source: from, target, isReadOnly };
  }
  return undefined;
}

/** `[SOURCE:]TARGET[:OPTIONS]`; a colon inside `${…}` separates nothing. */
function readShortMount(text: string): ComposeMount | undefined {
  const parts = text.match(/(?:\$\{[^}]*\}|[^:])+/g) ?? [];
  const [first, second, options = ''] = parts;
  if (first === undefined) return undefined;
  if (second === undefined) return { kind: 'anonymous', source: '', target: first, isReadOnly: false };
  const isReadOnly = options.split(',').includes('ro');
  // Only a path begins like one: anything else is the name of a volume.
  const kind = /^[./~\\]|^\$/.test(first) ? 'bind' : 'volume';
  return { kind, source: first, target: second, isReadOnly };
}
