import { describe, expect, it } from '@jest/globals';
import type { KitResult } from '../../../src/operations/kit.ts';
import { renderKit, tellKit } from '../../../src/report/kit-report.ts';

const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const entries = {
  'kit/files/': { sizeBytes: 0 },
  'kit/files/docker-compose.yml': { sizeBytes: 10 },
  'kit/secrets.tar.age': { sizeBytes: 10 },
};
const result: KitResult = {
  archive: 'backup_full_2026-11-27.tar.gz',
  directory: '/root/kit',
  files: 2,
  secrets: 0,
  state: 'sealed',
  recipients: [recipient],
  fetchedBytes: 1,
  notes: ['files/x: a link to /y, outside: left out'],
};

describe('the line on the kit in a backup’s report', () => {
  it.each([
    [{ entries, secrets: 3, recipients: [recipient] }, '1 plain file, 3 secrets encrypted for age1ql3z7hjy…ac8p.'],
    [{ entries, secrets: 1, recipients: [] }, '1 plain file, WITHOUT the 1 secret of the platform: no recovery rec'],
    [{ entries, secrets: 0, recipients: [] }, '1 plain file, no secrets.'],
  ])('counts files, not folders, and says where secrets are missing: %#', (kit, expected) => {
    expect(tellKit(kit)).toContain(`Recovery kit: ${expected}`);
  });
});

describe('what kit says when it is done', () => {
  it('has the line to type for secrets that are still encrypted, and what was left out', () => {
    const text = renderKit(result);
    expect(text).toContain('  age -d -i KEYFILE /root/kit/secrets.tar.age | tar --extract');
    expect(text).toContain('  files/x: a link to /y, outside: left out');
  });

  it('warns of the decrypted ones, and of those that are in no archive', () => {
    expect(renderKit({ ...result, state: 'opened', secrets: 4 })).toMatch(/4 secret files[^]*remove it when all/);
    expect(renderKit({ ...result, state: 'left-out' })).toContain('The secrets are NOT in this archive');
    expect(renderKit({ ...result, state: 'none' })).not.toMatch(/secret/);
  });
});
