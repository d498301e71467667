import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkAlerts } from '../../src/operations/doctor/check-alerts.ts';
import { CANARY } from '../fixtures/canary-secrets.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { readMail, startSmtpRelay, type SmtpRelay } from '../fixtures/smtp-relay.ts';
import { startWebCatcher, type WebCatcher } from '../fixtures/web-catcher.ts';

let test: TestPlatform;
let program: CompiledProgram;
let web: WebCatcher;
let relay: SmtpRelay;

beforeAll(async () => {
  [test, web, relay] = await Promise.all([
    createPlatform({ files: { 'a/b.txt': 'b' } }),
    startWebCatcher(),
    startSmtpRelay(),
  ]);
  program = compileProgram();
});
afterAll(async () => {
  program.remove();
  await Promise.all([test.stop(), web.stop(), relay.stop()]);
});

const mailTo = (host: string, port = 25, security = 'starttls') =>
  `mail: {host: "${host}", port: ${port}, security: ${security}, from: a@univ.example, to: [b@univ.example]}`;
const outside = `https://192.0.2.7/${CANARY}`;

/** What the doctor says of the alerts: state and message of each finding. */
async function look(alerts: string, environment: Record<string, string> = {}): Promise<string[]> {
  const { config } = await test.reconfigure((yaml) => `${yaml}${alerts === '' ? '' : `alerts: {${alerts}}\n`}`);
  const findings = await checkAlerts({ config, environment });
  expect(JSON.stringify(findings)).not.toContain(CANARY);
  return findings.filter(({ state }) => state !== 'ok').map(({ state, message }) => `${state}: ${message}`);
}

describe('the doctor on alerts', () => {
  it('warns where nobody is told', async () => {
    expect(await look('')).toEqual(['warning: nobody is told when a backup fails']);
    expect(await look('language: fr')).toEqual(['warning: nobody is told when a backup fails']);
  });

  it.each([
    ['Mattermost, wherever it is', 'webhooks: [{kind: mattermost, url-env: HOOK}]', outside],
    ['a service of this host', 'webhooks: [{kind: json, url-env: HOOK}]', `http://127.0.0.1:8065/${CANARY}`],
    [
      'a service by this host’s own name',
      'webhooks: [{kind: slack, url-env: HOOK}]',
      `https://${hostname()}/${CANARY}`,
    ],
    ['a relay of this host', mailTo('localhost', 25, 'none'), ''],
    ['pings of this host', 'pings: [{url-env: HOOK}]', `http://localhost:8000/${CANARY}`],
  ])('warns where the only way leads through production: %s', async (_what, alerts, HOOK) => {
    expect(await look(alerts, { HOOK })).toEqual([expect.stringMatching(/^warning: .*which lives on production/)]);
  });

  it.each([
    ['mail by a relay elsewhere', `webhooks: [{kind: mattermost, url-env: HOOK}], ${mailTo('192.0.2.8')}`],
    ['a ping elsewhere', 'webhooks: [{kind: mattermost, url-env: HOOK}], pings: [{url-env: HOOK}]'],
  ])('is content with %s beside Mattermost', async (_what, alerts) => {
    expect(await look(alerts, { HOOK: outside })).toEqual([]);
  });

  it('warns of mail in clear over the network, and fails where a secret is missing', async () => {
    expect(await look(mailTo('192.0.2.8', 25, 'none'))).toEqual([expect.stringContaining('in clear')]);
    expect(await look('webhooks: [{kind: json, url-env: HOOK}]')).toEqual([
      expect.stringContaining('failed: the environment variable HOOK is not set'),
    ]);
  });
});

describe('continuity doctor --test-alert', () => {
  const doctor = (alerts: string) => {
    const file = join(test.directory, 'alerts.yml');
    writeFileSync(file, `state: state\nfiles: {uploads: {path: uploads}}\nvault: {path: vault}\nalerts: {${alerts}}\n`);
    const env = { HOOK: `${web.address}/hook/${CANARY}`, PING: `${web.address}/ping/${CANARY}` };
    return program.run(['doctor', '--test-alert', '--config', file], { env });
  };

  it('sends one through every channel, and says of each that it was taken', async () => {
    const hooks = 'webhooks: [{kind: mattermost, url-env: HOOK}], pings: [{url-env: PING}]';
    const { code, stdout, stderr } = await doctor(`${mailTo('127.0.0.1', relay.port, 'none')}, ${hooks}`);
    expect(stdout).toContain(`ok       test alert: mail 127.0.0.1:${relay.port} has taken it`);
    expect(stdout).toContain('ok       test alert: webhook mattermost (HOOK) has taken it');
    expect(stdout).toContain('ok       test alert: ping (PING) has taken it');
    expect(stdout).toContain('which lives on production');
    expect([code, stderr]).toEqual([0, '']);
    expect(readMail(relay.mails[0]?.source ?? '').headers['subject']).toBe(
      '[Skills Hub] ESSAI : les alertes arrivent ici',
    );
    expect(web.requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      `GET /ping/${CANARY}`,
      `POST /hook/${CANARY}`,
    ]);
    expect(stdout).not.toContain(CANARY);
  });

  it('fails where one channel does, and shows which', async () => {
    web.answers = [404];
    const { code, stdout } = await doctor(
      `${mailTo('127.0.0.1', relay.port, 'none')}, webhooks: [{kind: slack, url-env: HOOK}]`,
    );
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED   test alert: webhook slack (HOOK): answered 404');
    expect(stdout).toContain('has taken it');
  });

  it('is told of by a failing backup that nobody looks at, whose exit code stays', async () => {
    const file = join(test.directory, 'failing.yml');
    writeFileSync(
      file,
      `state: state\nfiles: {uploads: {path: none}}\nvault: {path: vault}\nalerts: {webhooks: [{kind: slack, url-env: HOOK}]}\n`,
    );
    const before = web.requests.length;
    const env = { HOOK: `${web.address}/hook/${CANARY}` };
    const { code, stderr } = await program.run(['backup', '--nightly', '--config', file], { env });
    expect(code).toBe(4);
    expect(web.requests).toHaveLength(before + 1);
    expect(web.requests.at(-1)?.body).toContain('PANNE : la sauvegarde de la production a échoué');
    expect(stderr).not.toContain(CANARY);
  });
});
