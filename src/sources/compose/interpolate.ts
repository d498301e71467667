import { isRecord } from '../../system/is-record.ts';

/**
 * Fills in the defaults that a compose file gives itself: `${NAME:-default}`. What has none stays as it is: nobody here
 * knows the values of production, and `.env` holds secrets, which are left unread.
 */
export function interpolate(value: unknown): unknown {
  if (typeof value === 'string') return interpolateText(value);
  if (Array.isArray(value)) return value.map(interpolate);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each)]));
}

function interpolateText(text: string): string {
  // Innermost first, so that a default may hold another variable with a default.
  const pattern = /(\$\$)|\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^${}]*)\}/g;
  let former: string;
  let current = text;
  do {
    former = current;
    current = former.replace(pattern, (whole, escaped: string | undefined, fallback: string | undefined) =>
      escaped === undefined ? (fallback as string) : whole,
    );
  } while (current !== former);
  return current.replaceAll('$$', '$');
}
