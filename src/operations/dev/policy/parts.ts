import { isRecord } from '../../../system/is-record.ts';
import type { Complain } from './ground.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** A mapping of the model; an empty one where there is none. */
export function asMap(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

/** A list of the model; what is no list stands for itself, so that nothing is passed over. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** A value as messages show it, on one line. */
export function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Present in a way that means something: Compose prints what is not set as null, false, or empty. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isRecord(value) || Object.keys(value).length > 0;
}

/** Complains of every key that means something and is not among `known`: a newer Compose may give it any meaning. */
export function judgeKeys(
  mapping: Mapping,
  known: ReadonlySet<string>,
  at: (key: string) => string,
  complain: Complain,
) {
  for (const [key, value] of Object.entries(mapping)) {
    if (!known.has(key) && !key.startsWith('x-') && isSet(value)) complain(at(key), 'is not known to be harmless');
  }
}
