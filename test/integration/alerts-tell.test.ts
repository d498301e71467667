import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runTold, type ToldRun } from '../../src/alerts/run-told.ts';
import { tellUpkeep } from '../../src/alerts/tell-upkeep.ts';
import { parseConfig } from '../../src/config/load.ts';
import { Failure } from '../../src/logging/failure.ts';
import { silent, type Logger } from '../../src/logging/logger.ts';
import { loadVaultSettings } from '../../src/vault/settings/load.ts';
import type { VaultSettings } from '../../src/vault/settings/settings.ts';
import type { UpkeepVerb } from '../../src/vault/vault-client.ts';
import { quick } from '../fixtures/alerts.ts';
import { CANARY } from '../fixtures/canary-secrets.ts';
import { startWebCatcher, type WebCatcher } from '../fixtures/web-catcher.ts';

const HOUR = 3_600_000;
const begin = Date.parse('2026-11-24T02:00:00Z');

let directory: string;
let web: WebCatcher;
let settings: VaultSettings;
let environment: Record<string, string>;
let log: string[];
const logger: Logger = {
  ...silent,
  info: (message) => void log.push(`info: ${message}`),
  warning: (message) => void log.push(`warning: ${message}`),
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'alerts-tell-'));
  web = await startWebCatcher();
  environment = { HOOK: `${web.address}/${CANARY}`, PING: `${web.address}/ping/${CANARY}` };
  log = [];
  const file = join(directory, 'settings.yml');
  const lines = [
    `directory: ${directory}/vault`,
    `log: ${directory}/vault.log`,
    'alerts: {webhooks: [{kind: json, url-env: HOOK}], pings: [{url-env: PING}]}',
  ];
  writeFileSync(file, lines.join('\n'));
  settings = await loadVaultSettings(file);
});
afterEach(async () => {
  expect(log.join('\n')).not.toContain(CANARY);
  await web.stop();
  rmSync(directory, { recursive: true });
});

function upkeep(hour: number, faults: string[], verb: UpkeepVerb = 'freshness', changes: Partial<VaultSettings> = {}) {
  const time = new Date(begin + hour * HOUR).toISOString();
  return tellUpkeep({
    record: { verb, time, isFine: faults.length === 0, summary: faults[0] ?? 'fine', faults },
    settings: { ...settings, ...changes },
    store: { private: directory },
    environment,
    logger,
    limits: quick,
  });
}

/** What the webhook was told: event and subject; and how often the ping address was asked for. */
const told = () => web.requests.flatMap(({ method, body }) => (method === 'POST' ? [eventOf(body)] : []));
const pinged = () => web.requests.filter(({ path }) => path === `/ping/${CANARY}`).length;
const eventOf = (body: string) => {
  const { event, subject } = JSON.parse(body) as { event: string; subject: string };
  return `${event} ${subject}`;
};

describe('the vault’s upkeep', () => {
  it('tells of a fault that stands for three days once a day, of its end once, and pings on success alone', async () => {
    for (let hour = 0; hour < 72; hour += 1) await upkeep(hour, [`the newest archive is ${26 + hour} h old`]);
    const lines = ['fault vault.freshness', 'reminder vault.freshness', 'reminder vault.freshness'];
    expect([told(), pinged()]).toEqual([lines, 0]);
    for (let hour = 72; hour < 76; hour += 1) await upkeep(hour, []);
    expect([told(), pinged()]).toEqual([[...lines, 'recovery vault.freshness'], 4]);
    expect(readdirSync(join(directory, 'alerts'))).toEqual([]);
  });

  it('keeps its kinds apart: one that is fine is not the end of another’s fault', async () => {
    await upkeep(0, ['no archive'], 'freshness');
    await upkeep(1, [], 'scrub');
    await upkeep(2, ['backup_full_2026-11-23.tar.gz is damaged'], 'scrub');
    await upkeep(3, ['backup_full_2026-11-23.tar.gz is damaged', 'backup_full_2026-11-24.tar.gz is damaged'], 'scrub');
    expect(told()).toEqual(['fault vault.freshness', 'fault vault.scrub', 'changed vault.scrub']);
  });

  it('tells later what no channel took, since its first time, and warns of it meanwhile', async () => {
    web.usual = 404;
    expect(await upkeep(0, ['no archive'])).toMatchObject({ verdict: 'fault', isTold: false });
    expect(await upkeep(1, ['no archive'])).toMatchObject({ verdict: 'fault', isTold: false });
    expect(log).toContain('warning: alert by webhook json (HOOK): answered 404');
    expect(log).toContain('warning: nobody could be told: the next run tries again');
    web.usual = 200;
    expect(await upkeep(2, ['no archive'])).toMatchObject({ verdict: 'fault', isTold: true });
    expect(JSON.parse(web.requests.at(-1)?.body ?? '')).toMatchObject({ since: '2026-11-24T02:00:00.000Z' });
    web.usual = 404;
    expect(await upkeep(3, [])).toMatchObject({ verdict: 'recovery', isTold: false });
    web.usual = 200;
    expect(await upkeep(4, [])).toMatchObject({ verdict: 'recovery', isTold: true });
    expect(await upkeep(5, [])).toMatchObject({ verdict: 'fine' });
  });

  it('tells again where the note of what was told is damaged', async () => {
    await upkeep(0, ['no archive']);
    writeFileSync(join(directory, 'alerts', 'vault.freshness.json'), '{"version":');
    expect(await upkeep(1, ['no archive'])).toMatchObject({ verdict: 'fault', isTold: true });
    expect(await upkeep(2, ['no archive'])).toMatchObject({ verdict: 'standing' });
  });

  it('says without faults what its summary says, in the exact command of these settings', async () => {
    const time = new Date(begin).toISOString();
    const record = { verb: 'audit' as const, time, isFine: false, summary: 'broke off', faults: [] };
    await tellUpkeep({ record, settings, store: { private: directory }, environment, logger, limits: quick });
    expect(JSON.parse(web.requests[0]?.body ?? '')).toMatchObject({
      faults: ['broke off'],
      steps: expect.arrayContaining([
        expect.objectContaining({
          command: `sudo -u skills-vault /usr/local/lib/skills-vault/skills-vault vault audit --settings ${settings.file}`,
        }),
      ]),
    });
  });

  it('warns where nobody is told, or Mattermost alone, which lives on production', async () => {
    const { alerts, ...without } = settings;
    const time = new Date(begin).toISOString();
    const record = { verb: 'freshness' as const, time, isFine: true, summary: 'fine', faults: [] };
    const rest = { record, store: { private: directory }, environment, logger, limits: quick };
    expect(await tellUpkeep({ ...rest, settings: without })).toBeUndefined();
    expect(log).toEqual([expect.stringContaining('nobody is told')]);
    const webhooks = [{ kind: 'mattermost' as const, url: { from: 'environment' as const, variable: 'HOOK' } }];
    log = [];
    await upkeep(0, [], 'freshness', { alerts: { ...alerts!, webhooks, pings: [] } });
    expect(log).toEqual([expect.stringContaining('Mattermost is the only way to reach people')]);
    log = [];
    await upkeep(0, [], 'freshness');
    expect(log).toEqual([]);
  });
});

describe('a command of production', () => {
  const run = (work: () => Promise<string>, changes: Partial<ToldRun<string>> = {}, signal?: AbortSignal) => {
    const yaml = `state: state\nvault: {path: vault}\nalerts: {webhooks: [{kind: json, url-env: HOOK}], pings: [{url-env: PING}]}`;
    const config = parseConfig(yaml, join(directory, 'continuity.yml'));
    const now = () => new Date(begin);
    const platform = { config, logger, environment, now, ...(signal ? { signal } : {}) };
    return runTold(platform, { subject: 'production.backup', limits: quick, ...changes }, work);
  };
  const fail = () => Promise.reject(new Failure('vault', 'the vault does not answer', 'Look at the network.'));

  it('tells of its failure, throws it on, and of its next success once, with a ping', async () => {
    await expect(run(fail)).rejects.toThrow('the vault does not answer');
    await expect(run(fail)).rejects.toThrow('the vault does not answer');
    expect(JSON.parse(web.requests[0]?.body ?? '')).toMatchObject({
      faults: ['the vault does not answer'],
      next: 'Look at the network.',
    });
    expect(await run(() => Promise.resolve('sealed'))).toBe('sealed');
    expect(await run(() => Promise.resolve('sealed'), { mayPing: false })).toBe('sealed');
    expect([told(), pinged()]).toEqual([['fault production.backup', 'recovery production.backup'], 1]);
  });

  it('tells of faults in its result, which it gives as it is', async () => {
    expect(await run(() => Promise.resolve('damaged'), { listFaults: (result) => [result] })).toBe('damaged');
    expect([told(), pinged()]).toEqual([['fault production.backup'], 0]);
  });

  it('tells nobody where a person looks on, asked in a wrong way, or ended it', async () => {
    await expect(run(fail, { isAttended: true })).rejects.toThrow('the vault does not answer');
    await expect(run(() => Promise.reject(new Failure('usage', 'no such level', '')))).rejects.toThrow('no such level');
    await expect(run(fail, {}, AbortSignal.abort())).rejects.toThrow('the vault does not answer');
    expect(web.requests).toEqual([]);
  });

  it('ends as it ended where nothing of the alerts works', async () => {
    await web.stop();
    writeFileSync(join(directory, 'state'), 'a file in place of the folder');
    await expect(run(fail)).rejects.toThrow('the vault does not answer');
    expect(await run(() => Promise.resolve('sealed'))).toBe('sealed');
    web = await startWebCatcher();
    expect(log.join('\n')).toContain('alert by webhook json (HOOK): cannot be reached');
  });
});
