import { formatTime } from '../logging/format-time.ts';
import type { VerifyResult } from '../operations/verify.ts';

/** What a verdict must not hide: a sentence each, times of `timezone`; none where there is nothing. */
export function tellKnownDamage({ name, knownDamaged, newerDamaged = [] }: VerifyResult, timezone?: string): string[] {
  return [
    ...(knownDamaged
      ? [
          `${name}: a ${knownDamaged.level} verification on ${formatTime(knownDamaged.time, timezone)} found it damaged; only a full one can clear it`,
        ]
      : []),
    ...newerDamaged.map(({ name: newer, fault, verdict }) => {
      const found = verdict ? `found damaged (${verdict.level}) on ${formatTime(verdict.time, timezone)}` : 'damaged';
      return `${newer} is newer and was passed over: ${fault ?? found}`;
    }),
  ];
}
