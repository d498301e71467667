import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../src/alerts/alert.ts';
import { deliver, openChannels } from '../../src/alerts/deliver.ts';
import { faultAlert, quick, readAlerts } from '../fixtures/alerts.ts';
import { CANARY, canaryPassword } from '../fixtures/canary-secrets.ts';
import { makeCertificate, readMail, startSmtpRelay, type Certificate, type SmtpRelay } from '../fixtures/smtp-relay.ts';

let certificate: Certificate;
let folder: string;
let relay: SmtpRelay | undefined;
let plain: Server | undefined;

beforeAll(() => {
  certificate = makeCertificate();
  folder = mkdtempSync(join(tmpdir(), 'alerts-mail-'));
  writeFileSync(join(folder, 'password'), `${canaryPassword}\n`, { mode: 0o600 });
});
afterAll(() => {
  certificate.remove();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  await relay?.stop();
  plain?.close();
  relay = plain = undefined;
});

async function send(
  port: number,
  keys: Record<string, unknown> = {},
  faults = ['the newest archive is 27 h old'],
): Promise<Delivery> {
  const { 'ca-file': authority, ...own } = keys;
  const mail = { host: '127.0.0.1', port, from: 'tc@univ.example', to: ['a@univ.example', 'b@univ.example'], ...own };
  const channels = openChannels(readAlerts({ mail, ...(authority ? { 'ca-file': authority } : {}) }, folder), {
    SMTP_PASSWORD: canaryPassword,
  });
  const [delivery] = await deliver(channels, faultAlert(faults), quick);
  expect(JSON.stringify(delivery)).not.toContain(CANARY);
  return delivery as Delivery;
}

/** A server that speaks these lines, one for each that it is told, and then nothing more. */
async function startSpeaker(lines: string[]): Promise<{ port: number; heard: string[]; sockets: Set<Socket> }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const left = [...lines];
    const say = () => left.length > 0 && socket.write(`${left.shift() ?? ''}\r\n`);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      heard.push(chunk.toString());
      say();
    });
    say();
  });
  plain = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, heard, sockets };
}

describe('mail to a relay of this host', () => {
  it('arrives at all recipients, in French, with headers that no absence note answers', async () => {
    relay = await startSmtpRelay();
    expect(await send(relay.port, { security: 'none' })).toEqual({
      channel: `mail 127.0.0.1:${relay.port}`,
      isDelivered: true,
    });
    const [mail] = relay.mails;
    expect(mail).toMatchObject({ from: 'tc@univ.example', to: ['a@univ.example', 'b@univ.example'] });
    const { headers, text } = readMail(mail?.source ?? '');
    expect(headers).toMatchObject({
      subject: '[Skills Hub] PANNE : pas de sauvegarde récente et vérifiée',
      'auto-submitted': 'auto-generated',
      date: 'Tue, 24 Nov 2026 02:00:00 +0000',
      'content-type': 'text/plain; charset=utf-8',
    });
    expect(headers['message-id']).toMatch(/^<[0-9a-f-]{36}@[^@>]+>$/);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(text).toContain('Depuis : le lundi 23 novembre 2026 à 03:00 (Europe/Paris)');
  });

  it('has no other headers than ours, whatever an archive is called', async () => {
    relay = await startSmtpRelay();
    await send(relay.port, { security: 'none' }, ['a\r\n\r\nBcc: victim@univ.example\r\nSubject: x\r\n.\r\nQUIT']);
    expect(relay.mails[0]?.to).toEqual(['a@univ.example', 'b@univ.example']);
    expect(relay.mails[0]?.source).not.toMatch(/^(Bcc|Subject: x)/m);
  });

  it('is tried a second time with the same Message-ID where the server is busy, and not where it refuses for good', async () => {
    relay = await startSmtpRelay({ refusals: { code: 451, times: 1 } });
    expect(await send(relay.port, { security: 'none' })).toMatchObject({ isDelivered: true });
    await relay.stop();
    relay = await startSmtpRelay({ refusals: { code: 554, times: 1 } });
    expect(await send(relay.port, { security: 'none' })).toMatchObject({
      isDelivered: false,
      error: expect.stringMatching(/the server answered 554/),
    });
    expect(relay.mails).toEqual([]);
  });
});

describe('mail with TLS', () => {
  const account = { user: 'tc', password: canaryPassword };

  it.each([
    ['STARTTLS', { offersStartTls: true }, {}],
    ['TLS from the first byte', { isTls: true }, { security: 'tls' }],
  ])('goes by %s with user and password, out of a file or a variable', async (_how, options, keys) => {
    relay = await startSmtpRelay({ certificate, account, ...options });
    const trust = { 'ca-file': certificate.path, user: 'tc', ...keys };
    expect(await send(relay.port, { ...trust, 'password-file': 'password' })).toMatchObject({ isDelivered: true });
    expect(await send(relay.port, { ...trust, 'password-env': 'SMTP_PASSWORD' })).toMatchObject({ isDelivered: true });
    expect(relay.mails).toHaveLength(2);
    expect(relay.mails[0]).toMatchObject({ isSecure: true, user: 'tc' });
  });

  it('is not sent to a server whose certificate nobody vouches for', async () => {
    for (const [options, keys] of [
      [{ offersStartTls: true }, {}],
      [{ isTls: true }, { security: 'tls' }],
    ] as const) {
      relay = await startSmtpRelay({ certificate, ...options });
      const { isDelivered, error } = await send(relay.port, keys);
      expect(isDelivered).toBe(false);
      expect(error).toMatch(/trusted/);
      expect(relay.mails).toEqual([]);
      await relay.stop();
      relay = undefined;
    }
  });

  it('is not sent in clear where STARTTLS is not offered: neither password nor text are said', async () => {
    const { port, heard } = await startSpeaker(['220 relay', '250 relay', '502 not here', '250 x', '250 x']);
    const user = { user: 'tc', 'password-env': 'SMTP_PASSWORD' };
    expect(await send(port, user)).toMatchObject({ isDelivered: false, error: expect.stringContaining('STARTTLS') });
    expect(heard.join('')).not.toMatch(/AUTH|MAIL FROM|Skills/);
    relay = await startSmtpRelay();
    expect(await send(relay.port)).toMatchObject({ isDelivered: false });
    expect(relay.mails).toEqual([]);
  });

  it('says that a password is wrong, not which, and asks once only', async () => {
    relay = await startSmtpRelay({ certificate, offersStartTls: true, account: { user: 'tc', password: 'another' } });
    const keys = { 'ca-file': certificate.path, user: 'tc', 'password-env': 'SMTP_PASSWORD' };
    expect(await send(relay.port, keys)).toMatchObject({
      isDelivered: false,
      error: 'user or password refused, the server answered 535',
    });
  });

  it('is not sent without the password that was asked for, where the server wants none', async () => {
    relay = await startSmtpRelay({ certificate, offersStartTls: true });
    const keys = { 'ca-file': certificate.path, user: 'tc', 'password-env': 'SMTP_PASSWORD' };
    expect(await send(relay.port, keys)).toMatchObject({ isDelivered: false });
  });

  it('names a secret and an authority that cannot be read', async () => {
    expect((await send(1, { user: 'tc', 'password-env': 'NOT_SET' })).error).toContain('NOT_SET is not set');
    expect((await send(1, { 'ca-file': 'none.pem' })).error).toContain('cannot read the certificates');
  });
});

describe('a relay that is in trouble', () => {
  it('is down: said with the code', async () => {
    const { port } = await startSpeaker([]);
    plain?.close();
    expect(await send(port, { security: 'none' })).toMatchObject({
      isDelivered: false,
      error: 'failed (ECONNREFUSED)',
    });
  });

  it.each([
    ['never greets', []],
    ['stops in the middle', ['220 relay', '250 relay']],
  ])('%s: given up after the time for an attempt, and the connection is closed', async (_what, lines) => {
    const { port, sockets } = await startSpeaker(lines);
    const begun = Date.now();
    expect(await send(port, { security: 'none' })).toMatchObject({ isDelivered: false, error: 'no answer within 1 s' });
    expect(Date.now() - begun).toBeLessThan(4_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sockets.size).toBe(0);
  });
});
