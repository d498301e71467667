import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';

const parse = (alerts: string) => parseConfig(`vault: {path: v}\nalerts: {${alerts}}`, '/srv/continuity.yml').alerts;
const mail = (keys: string) => `mail: {host: relay, from: a@univ.example, to: [b@univ.example]${keys}}`;

describe('alerts: of a configuration', () => {
  it('have defaults, and paths of the root', () => {
    const text = `${mail(', user: u, password-file: p')}, ca-file: ca.pem, pings: [{url-env: PING}]`;
    expect(parse(text)).toEqual({
      language: 'fr',
      repeatAfterMs: 86_400_000,
      caFile: '/srv/ca.pem',
      mail: {
        host: 'relay',
        port: 587,
        security: 'starttls',
        user: 'u',
        password: { from: 'file', file: '/srv/p' },
        from: 'a@univ.example',
        to: ['b@univ.example'],
      },
      webhooks: [],
      pings: [{ url: { from: 'environment', variable: 'PING' }, tellsFailure: false }],
    });
  });

  it.each([
    ['an address written out', 'webhooks: [{kind: slack, url: "https://x"}]', 'unknown key "url"'],
    ['two addresses', 'webhooks: [{kind: slack, url-env: A, url-file: b}]', 'exactly one of url-env, url-file'],
    ['an unknown kind', 'webhooks: [{kind: teams, url-env: A}]', 'expected mattermost, slack or json'],
    ['an occasion that never comes', 'pings: [{url-env: A, after: restore}]', 'expected one of backup, verify'],
    ['a password in clear', mail(', user: u, password-env: P, security: none'), 'a password would go in clear'],
    ['a user without a password', mail(', user: u'), 'expected both user and one of'],
    ['no recipient', 'mail: {host: relay, from: a@b.example, to: []}', 'at least one address'],
    [
      'two headers in one',
      'mail: {host: relay, from: "a@b.example\\nBcc: c@d.example", to: [a@b.example]}',
      'a mail address',
    ],
    [
      'a list in one address',
      'mail: {host: relay, from: a@b.example, to: ["a@b.example,c@d.example"]}',
      'a mail address',
    ],
  ])('refuse %s', (_what, text, complaint) => {
    expect(() => parse(text)).toThrow(complaint);
  });

  it('of the example are taken', async () => {
    const example = await readFile('continuity.example.yml', 'utf8');
    expect(parseConfig(example, '/srv/continuity.yml').alerts).toMatchObject({ webhooks: [{ kind: 'mattermost' }] });
  });
});
