import { describe, expect, it } from '@jest/globals';
import { judgeComposeVersion } from '../../../src/operations/dev/check-engine.ts';
import { findPublishedUrl } from '../../../src/operations/dev/published-url.ts';
import { isWell, readServiceStates } from '../../../src/operations/dev/service-states.ts';

describe('the version of Compose', () => {
  const judge = (version: string | undefined) => {
    const warnings: string[] = [];
    judgeComposeVersion(version, { warning: (message) => warnings.push(message) });
    return warnings;
  };

  it.each(['1.29.2', '1.25.0-2'])('is refused with advice where it is 1: %s', (version) => {
    expect(() => judge(version)).toThrow(`Compose ${version} is here, which cannot read`);
    try {
      judge(version);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'config', next: expect.stringContaining('docker-compose-plugin') });
    }
  });

  it.each([undefined, '', 'dev'])('is refused where there is none: %j', (version) => {
    expect(() => judge(version)).toThrow('has no Compose');
  });

  it('is good from 2, with a warning below 2.20', () => {
    expect(judge('2.20.0')).toEqual([]);
    expect(judge('v2.26.1-4')).toEqual([]);
    expect(judge('5.0.1')).toEqual([]);
    expect(judge('2.3.3')).toEqual([expect.stringContaining('older than 2.20')]);
  });
});

describe('the services as compose lists them', () => {
  const web = { Service: 'web', Name: 'd-web-1', State: 'running', Health: 'healthy', ExitCode: 0 };
  const db = { Service: 'db', Name: 'd-db-1', State: 'exited', Health: '', ExitCode: 1 };

  it('are read as one list and as a line each', () => {
    const expected = [
      { service: 'db', container: 'd-db-1', state: 'exited', health: '', exitCode: 1 },
      { service: 'web', container: 'd-web-1', state: 'running', health: 'healthy', exitCode: 0 },
    ];
    expect(readServiceStates(JSON.stringify([web, db]))).toEqual(expected);
    expect(readServiceStates(`${JSON.stringify(web)}\n${JSON.stringify(db)}\n`)).toEqual(expected);
    expect(readServiceStates('')).toEqual([]);
    expect(readServiceStates('[]')).toEqual([]);
  });

  it.each([
    ['running', 'healthy', 0, true],
    ['running', '', 0, true],
    ['running', 'starting', 0, false],
    ['running', 'unhealthy', 0, false],
    ['exited', '', 0, true],
    ['exited', '', 1, false],
    ['restarting', '', 0, false],
    ['created', '', 0, false],
  ])('are well or not: %s %s %d', (state, health, exitCode, expected) => {
    expect(isWell({ service: 's', container: 'c', state, health, exitCode })).toBe(expected);
  });
});

describe('the address', () => {
  const of = (...ports: object[]) => ({ services: { a: {}, web: { ports } } });

  it('is that of the port that was asked for, else of the first', () => {
    const model = of({ published: '9000', target: 1 }, { published: '8081', target: 2, host_ip: '127.0.0.1' });
    expect(findPublishedUrl(model, 8081)).toBe('http://localhost:8081');
    expect(findPublishedUrl(model, undefined)).toBe('http://localhost:9000');
  });

  it('names the host where only that one is listened on', () => {
    expect(findPublishedUrl(of({ published: '8081', host_ip: '10.0.0.5' }), 8081)).toBe('http://10.0.0.5:8081');
    expect(findPublishedUrl(of({ published: '8081', host_ip: 'fd00::5' }), 8081)).toBe('http://[fd00::5]:8081');
    expect(findPublishedUrl(of({ target: 80 }), 8081)).toBeUndefined();
  });
});
