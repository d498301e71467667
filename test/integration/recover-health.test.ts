import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeMissingCertificate, waitForHealth } from '../../src/operations/recover/check-health.ts';

describe('the address at the end of a recovery', () => {
  let server: http.Server | https.Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));
  const listen = async (made: http.Server | https.Server) => {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return (made.address() as AddressInfo).port;
  };
  const ask = (scheme: string, port: number) =>
    waitForHealth({ url: `${scheme}://home.example:${port}/`, address: '127.0.0.1', timeoutMs: 3000 });

  it('has no certificate yet: told, with what to do, and no failure', async () => {
    const result = await ask('https', await listen(https.createServer({})));
    expect(result.statusCode).toBeUndefined();
    expect(result.certificateFault).toMatch(/alert/);
    expect(describeMissingCertificate(result)).toMatch(/Le DNS désigne sans doute encore la machine perdue/);
  }, 60_000);

  it('has a certificate that nobody trusts: it answers, and the fault is told beside', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'continuity-tls-'));
    try {
      const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
      const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=home.example', '-days', '2'];
      execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
      const made = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
        response.end('well'),
      );
      expect(await ask('https', await listen(made))).toMatchObject({
        statusCode: 200,
        certificateFault: expect.stringMatching(/self.signed/i),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('is a failure where the server answers with a fault, or speaks no TLS at all', async () => {
    const port = await listen(http.createServer((_request, response) => response.writeHead(503).end()));
    await expect(ask('http', port)).rejects.toMatchObject({ message: expect.stringContaining('HTTP 503') });
    await expect(ask('https', port)).rejects.toMatchObject({ kind: 'source' });
  }, 60_000);
});
