import { createHash } from 'node:crypto';

/**
 * By what a fault is known again: its text without what differs from run to run although the fault is the same (ages,
 * sizes, times, positions, digests, random names of folders). The names of archives stay: another archive that is
 * damaged is news.
 */
export function identifyFaults(faults: readonly string[]): string[] {
  return [...new Set(faults.map((fault) => digest(mask(fault))))];
}

const ARCHIVE = /(backup_full_[0-9_-]+\.tar\.gz)/;
const DIGEST = /\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi;
const RANDOM_NAME = /-[A-Za-z0-9]{6}(?=[/"')\s:,]|$)/g;
/** A quantity with its unit, or several: `2 h 10 min`, `1.5 kB`, `26 h`, `2026-11-24 00:45`. */
const QUANTITIES = /(?:\d[\d.,:TZ-]*\s*(?:[kMGT]?i?B|ms|s|min|h|d|%)?(?![A-Za-z])\s*)+/g;

function mask(fault: string): string {
  return fault
    .split(ARCHIVE)
    .map((part) =>
      ARCHIVE.test(part)
        ? part
        : part
            .replace(DIGEST, '#')
            .replace(RANDOM_NAME, (name) => (/\d|[a-z][A-Z]/.test(name) ? '-#' : name))
            .replace(QUANTITIES, '# '),
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
