import { expect } from '@jest/globals';
import type { Manifest } from '../../../src/archive/manifest.ts';
import type { BackupResult } from '../../../src/operations/backup.ts';

export const MIB = 1_048_576;
export const hostile = '<img src=x onerror=y> | `@team` [a](https://evil.example)\n\n# \u202efdp.exe';
export const name = 'backup_full_2026-11-23.tar.gz';
export const index = 'ab'.repeat(32);

/** Nothing of others stands outside of a code span. */
export function expectHarmless(markdown: string): void {
  const bare = markdown.replaceAll(/`[^`\n]*`/g, '');
  expect(bare.replaceAll(/<\/?(?:details|summary)>/g, '')).not.toMatch(/[<@[\u202e]|https?:|evil/);
  expect(Buffer.byteLength(markdown)).toBeLessThan(MIB);
  expect(markdown.endsWith('\n')).toBe(true);
  expect(markdown).not.toContain('\n\n\n');
  expect(markdown).not.toContain('undefined');
}

export const record = (source: string, sizeBytes: number) =>
  ({
    dump: `db/${source}.sql`,
    source,
    database: source,
    sizeBytes,
    fingerprints: { tables: { a: {}, b: {} } },
  }) as unknown as Manifest['databases'][string];
const files = (count: number, bytes: number) => ({ files: count, bytes }) as Manifest['files'][string];

export function backupOf(changes: Partial<BackupResult> = {}): BackupResult {
  return {
    archive: name,
    vault: 'skills-backup@172.16.95.98:4660',
    alreadyThere: false,
    index,
    sizeBytes: 21_026_479,
    storedBytes: 98_304,
    sentBytes: 91_204,
    readBytes: 72_512,
    durationMs: 12_300,
    isTamperProof: false,
    warnings: [],
    conditions: [],
    manifest: {
      databases: { app: record('app', 8_060_263), odoo: record('odoo', 1000) },
      files: { uploads: files(82, 20_948_593) },
    } as unknown as Manifest,
    changes: {
      since: 'backup_full_2026-11-22.tar.gz',
      files: {
        uploads: { added: 1, changed: 1234, removed: 2, bytes: 61_440 },
        videos: { added: 0, changed: 0, removed: 5, bytes: 0 },
      },
      databases: {
        app: { state: 'same', sizeBytesBefore: 8_060_263, sizeBytes: 8_060_263 },
        odoo: { state: 'changed', sizeBytesBefore: 5000, sizeBytes: 1000 },
        keycloak: { state: 'removed', sizeBytesBefore: 77 },
      },
    },
    ...changes,
  };
}
