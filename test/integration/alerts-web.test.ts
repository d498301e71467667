import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../src/alerts/alert.ts';
import { deliver, openChannels } from '../../src/alerts/deliver.ts';
import { sendPings } from '../../src/alerts/ping.ts';
import { faultAlert, quick, readAlerts } from '../fixtures/alerts.ts';
import { CANARY } from '../fixtures/canary-secrets.ts';
import { makeCertificate } from '../fixtures/smtp-relay.ts';
import { startWebCatcher, type WebCatcher } from '../fixtures/web-catcher.ts';

let web: WebCatcher;
beforeEach(async () => {
  web = await startWebCatcher();
});
afterEach(() => web.stop());

async function post(kind: string, address = `${web.address}/hooks/${CANARY}`): Promise<Delivery> {
  const channels = openChannels(readAlerts({ webhooks: [{ kind, 'url-env': 'HOOK' }] }), { HOOK: address });
  const [delivery] = await deliver(channels, faultAlert(['backup_full_2026-11-24.tar.gz: @channel']), quick);
  expect(JSON.stringify(delivery)).not.toContain(CANARY);
  expect(JSON.stringify(delivery)).not.toContain('127.0.0.1');
  return delivery as Delivery;
}

const bodyOf = (index: number): Record<string, unknown> => {
  return JSON.parse(web.requests[index]?.body ?? '{}') as Record<string, unknown>;
};

describe('a webhook', () => {
  it.each(['mattermost', 'slack'])('of %s is posted a text and nothing else', async (kind) => {
    expect(await post(kind)).toEqual({ channel: `webhook ${kind} (HOOK)`, isDelivered: true });
    expect(web.requests).toMatchObject([
      { method: 'POST', path: `/hooks/${CANARY}`, type: 'application/json; charset=utf-8' },
    ]);
    const { text, ...rest } = bodyOf(0);
    expect(rest).toEqual({});
    expect(text).toContain('[Skills Hub] PANNE : pas de sauvegarde récente et vérifiée');
    expect(text).toContain('- `backup_full_2026-11-24.tar.gz: @channel`');
    expect(text).toContain('`npm run prod:backup`');
  });

  it('of any other service is posted every part by its name', async () => {
    await post('json');
    expect(bodyOf(0)).toMatchObject({
      version: 1,
      event: 'fault',
      subject: 'vault.freshness',
      host: 'tc-portail',
      language: 'fr',
      time: '2026-11-24T02:00:00.000Z',
      since: '2026-11-23T02:00:00.000Z',
      title: '[Skills Hub] PANNE : pas de sauvegarde récente et vérifiée',
      faults: ['backup_full_2026-11-24.tar.gz: @channel'],
      steps: expect.arrayContaining([
        { text: 'Puis lancer une sauvegarde à la main :', command: 'npm run prod:backup' },
      ]),
      chapter: expect.stringContaining('3.2'),
      text: expect.stringContaining('Serveur : tc-portail'),
    });
  });

  it('that answers 500 is asked a second time; a third time never', async () => {
    web.answers = [500];
    expect(await post('json')).toMatchObject({ isDelivered: true });
    web.answers = [500, 503];
    expect(await post('json')).toMatchObject({ isDelivered: false, error: 'answered 503' });
    expect(web.requests).toHaveLength(4);
  });

  it('that sends us elsewhere is not followed, and one that refuses is not asked again', async () => {
    web.answers = [302, 404];
    expect(await post('slack')).toMatchObject({ error: 'answered 302: redirects are not followed' });
    expect(await post('slack')).toMatchObject({ error: 'answered 404' });
    expect(web.requests.map(({ path }) => path)).toEqual([`/hooks/${CANARY}`, `/hooks/${CANARY}`]);
  });

  it('that never answers is given up, and one that is down is said to be', async () => {
    web.answers = ['never', 'never'];
    expect(await post('json')).toMatchObject({ isDelivered: false, error: 'no answer within 1 s' });
    const { address } = web;
    await web.stop();
    expect(await post('json', `${address}/${CANARY}`)).toMatchObject({ error: 'cannot be reached (ECONNREFUSED)' });
  });

  it.each([
    ['no address', `not an address ${CANARY}`, 'HOOK holds is no https:// address'],
    ['another scheme', `file:///etc/${CANARY}`, 'HOOK holds is no https:// address'],
    ['a password', `https://user:${CANARY}@chat.univ.example/`, 'holds a user name or password'],
    ['http to the outside', `http://chat.univ.example/${CANARY}`, 'begins with http://'],
  ])('is not asked where its variable holds %s', async (_what, address, complaint) => {
    expect((await post('json', address)).error).toContain(complaint);
  });

  it('that hangs hides no other channel', async () => {
    web.answers = ['never', 200, 'never'];
    const webhooks = [
      { kind: 'json', 'url-env': 'A' },
      { kind: 'slack', 'url-env': 'B' },
    ];
    const environment = { A: `${web.address}/a`, B: `${web.address}/b` };
    const deliveries = await deliver(openChannels(readAlerts({ webhooks }), environment), faultAlert(['x']), quick);
    expect(deliveries.filter(({ isDelivered }) => isDelivered)).toHaveLength(1);
  });
});

describe('a webhook with a certificate of an internal authority', () => {
  it('is posted to where ca-file names it, and not at all without', async () => {
    const certificate = makeCertificate();
    const heard: string[] = [];
    const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
      heard.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const environment = { HOOK: `https://127.0.0.1:${(server.address() as AddressInfo).port}/${CANARY}` };
    const webhooks = [{ kind: 'json', 'url-env': 'HOOK' }];
    const post = async (keys: object) =>
      await deliver(openChannels(readAlerts({ webhooks, ...keys }), environment), faultAlert(['x']), quick);
    try {
      expect(await post({})).toMatchObject([
        { isDelivered: false, error: expect.stringMatching(/SELF_SIGNED.*ca-file/) },
      ]);
      expect(heard).toEqual([]);
      expect(await post({ 'ca-file': certificate.path })).toMatchObject([{ isDelivered: true }]);
      expect(heard).toEqual([`/${CANARY}`]);
    } finally {
      server.close();
      certificate.remove();
    }
  });
});

describe('a ping address', () => {
  const ping = (keys: object, subject: 'vault.freshness' | 'vault.scrub', isFine: boolean) => {
    const alerts = readAlerts({ pings: [{ 'url-env': 'PING', ...keys }] });
    return sendPings(alerts, { subject, isFine }, { PING: `${web.address}/ping/${CANARY}/?a=b` }, quick);
  };

  it('is asked for on success of what it waits for, and not on failure', async () => {
    expect(await ping({}, 'vault.freshness', true)).toEqual([{ channel: 'ping (PING)', isDelivered: true }]);
    expect(await ping({}, 'vault.freshness', false)).toEqual([]);
    expect(await ping({}, 'vault.scrub', true)).toEqual([]);
    await ping({ after: 'scrub' }, 'vault.scrub', true);
    expect(web.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /ping/${CANARY}/?a=b`,
      `GET /ping/${CANARY}/?a=b`,
    ]);
  });

  it('is asked for with /fail where its service knows that', async () => {
    await ping({ 'tell-failure': true }, 'vault.freshness', false);
    expect(web.requests.map(({ path }) => path)).toEqual([`/ping/${CANARY}/fail?a=b`]);
  });
});
