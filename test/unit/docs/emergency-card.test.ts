import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CARD_TEXT } from '../../../src/archive/emergency-card.ts';

const card = readFileSync(join(import.meta.dirname, '../../../docs/carte-urgence.md'), 'utf8');

describe('the emergency card', () => {
  it('is in the bundles as it is in the documents', () => {
    expect(CARD_TEXT).toBe(card);
  });

  it('fits on one page of A4 as plain text', () => {
    const lines = card.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(58);
    expect(lines.filter((line) => Array.from(line).length > 90)).toEqual([]);
  });

  it('needs no more than ssh, tar, psql and what every Debian has', () => {
    const code = [...card.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text = '']) => text).join('');
    expect(code).not.toMatch(/npm|node|continuity|rsync|git /);
    expect(card).toMatch(/172\.16\.95\.98[^]*4660[^]*\/srv\/tc-data\/backups/);
  });
});
