import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadVaultSettings } from '../../src/vault/settings/load.ts';
import { readPlainSettings } from '../../src/vault/settings/serving.ts';

const folder = mkdtempSync(join(tmpdir(), 'continuity-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function loadAll(text: string): Promise<unknown> {
  const file = join(folder, 'settings.yml');
  writeFileSync(file, text);
  const { directory, accounts, budgets, timezone, log } = await loadVaultSettings(file);
  return { directory, accounts, budgets, timezone, log };
}

const form = readFileSync(join(import.meta.dirname, '../../infrastructure/vault/forms/settings'), 'utf8')
  .replaceAll('@directory@', '/srv/data')
  .replace('@log@', '/var/log/x')
  .replaceAll(/@(\w+)@/g, 'tc-$1');

describe('the settings that a request needs', () => {
  it.each([
    '{}\n'.replace('{}', '# nothing'),
    form,
    form.replaceAll(/^# (retention|budgets|scrub|freshness|sweep|timezone)/gm, '$1'),
    'directory: /srv/x # where\nbudgets:\n    incoming: 1GiB\n    seals-per-day: 3\n\n    # more\n    reserve: 5MB\n',
    'accounts: { writer: a, keeper: b }\nalerts:\n  language: fr\n  pings:\n    - url-file: /etc/ping\nlog: /x\n',
  ])('are read as the checker of all settings reads them (%#)', async (text) => {
    const plain = readPlainSettings(text);
    expect(plain).toBeDefined();
    expect(plain).toEqual(await loadAll(text === '# nothing\n' ? 'log: /var/log/skills-vault/vault.log\n' : text));
  });

  it.each([
    'directory: "/srv/x"\n',
    'directory: /srv/a b\n',
    'directory: srv\n',
    'directory: &x /srv/x\n',
    'directory:\n  /srv/x\n',
    'directory: |\n  /srv/x\n',
    'accounts: { writer: 12 }\n',
    'accounts: { writer: true }\n',
    'accounts: { writer: a, writer: b }\n',
    'accounts: { writer: a }\naccounts: { writer: b }\n',
    'accounts:\n  writer: a\n    reader: b\n',
    'accounts: { guest: a }\n',
    'budgets: { incoming: 0GB }\n',
    'budgets: { incoming-files: 010 }\n',
    'budgets: { incoming-files: 1e3 }\n',
    'budgets:\n\tincoming: 1GB\n',
    'timezone: Europe/Nowhere\n',
    'log: /x\n...\n',
    '%YAML 1.2\n---\nlog: /x\n',
    '? log\n: /x\n',
    'writer: a\nlog: [/x]\n',
  ])('are left to the checker where they are not plain: %j', (text) => {
    expect(readPlainSettings(text)).toBeUndefined();
  });
});
