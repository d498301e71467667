import { z } from 'zod';
import { durationPattern, parseDurationMs, parseSizeBytes, sizePattern } from './quantities.ts';
import { isTimezone } from './timezone.ts';

/**
 * What the fields of a configuration file are made of. Each carries its own message: what is expected there. Values are
 * never repeated in messages, since a secret written in the wrong place is a value too.
 */

export function text(expected: string, pattern?: RegExp) {
  const refusal = { error: `expected ${expected}`, abort: true };
  const schema = z.string({ error: refusal.error }).min(1, refusal);
  return pattern ? schema.regex(pattern, refusal) : schema;
}

/** A mapping whose unknown keys are refused, with the known ones in the message. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; expected one of ${known}`
        : `expected a mapping with keys out of ${known}`,
  });
}

export const path = text('a path (no "~": it would not be expanded)', /^(?!~)[^\0]+$/);
export const duration = text('a duration such as 90s, 5m, 6h, 1h30m or 2d', durationPattern).refine(
  (value) => parseDurationMs(value) !== undefined,
  'expected a duration above zero',
);
export const size = text('a size such as 500kB, 50MB or 1GiB', sizePattern).refine(
  (value) => parseSizeBytes(value) !== undefined,
  'expected a size above zero',
);
export const port = z
  .int({ error: 'expected a port number, 1 to 65535' })
  .min(1, 'expected a port number, 1 to 65535')
  .max(65535, 'expected a port number, 1 to 65535');
export const variable = text('the name of an environment variable, such as VAULT_KEY', /^[A-Za-z_][A-Za-z0-9_]*$/);
export const account = text('an account name without spaces, not beginning with "-"', /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
export const timezone = text('a time zone such as Europe/Paris').refine(
  isTimezone,
  'expected a time zone such as Europe/Paris',
);
