import { isRecord } from '../../system/is-record.ts';

/** Puts compose files on top of each other the way docker does, as far as services and volumes are concerned. */
export function mergeFiles(files: readonly unknown[]): unknown {
  return files.reduce((below, above) => merge(below, above));
}

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined || above === null) return below;
  if (Array.isArray(below) && Array.isArray(above)) return [...(below as unknown[]), ...(above as unknown[])];
  if (!isRecord(below) || !isRecord(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(below[key], above[key])]));
}
