import { describe, expect, it } from '@jest/globals';
import { generateX25519Identity } from 'age-encryption';
import { parseConfig } from '../../../src/config/load.ts';
import { Failure } from '../../../src/logging/failure.ts';

/** As age-keygen prints them; their private halves are nowhere. */
const anna = 'age1pgk77vf9xdwqy8cd4w8yqn30h5g0ca3raffqahgv2e5lty5feueswfpy2x';
const vault = 'vault: {path: backups}\n';

function parse(text: string) {
  return parseConfig(`${text}\n${vault}`, '/srv/skills-hub/continuity.yml');
}

function refusalOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('recovery: in continuity.yml', () => {
  it('takes recipients once each, and paths as those of root', () => {
    const { recovery } = parse(
      `recovery: {recipients: [${anna}, ${anna}], include: [infrastructure], secrets: [/etc/x, tls], secret-volumes: [caddy-data]}`,
    );
    expect(recovery).toEqual({
      recipients: [anna],
      include: ['/srv/skills-hub/infrastructure'],
      secrets: ['/etc/x', '/srv/skills-hub/tls'],
      secretVolumes: ['caddy-data'],
    });
  });

  it('brings the compose project with it where volumes are named', () => {
    expect(parse('recovery: {secret-volumes: [caddy-data]}').compose).toEqual({ pauses: [] });
  });

  it.each([
    ['a slip of the pen', anna.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))],
    ['capital letters', anna.toUpperCase()],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0'],
    ['a recipient that Debian’s age does not know', 'age1pq1qqqqqq'],
    ['a part of one', anna.slice(0, 40)],
    ['a text too long for any', `age1${'q'.repeat(500)}`],
    ['nothing', '""'],
  ])('refuses %s as a recipient, with its place', (_, text) => {
    expect(refusalOf(`recovery: {recipients: [${text}]}`)).toMatch(
      /^continuity\.yml:1:\d+: recovery\.recipients\.0: expected an age recipient: age1 and 58 further characters/,
    );
  });

  it('refuses a private key without repeating it, and says what to do about it', async () => {
    const secret = await generateX25519Identity();
    const message = refusalOf(`recovery: {recipients: [${secret}]}`);
    expect(message).toMatch(/recovery\.recipients\.0: expected the public half .*private key.*make another/);
    expect(message).not.toContain(secret.slice(15, 30));
  });

  it('keeps the name kit for itself: no source may have it', () => {
    expect(refusalOf('files: {kit: {path: data/kit}}')).toMatch(
      /files\.kit: expected a name .* other than "db" and "kit"/,
    );
    expect(refusalOf('databases: {kit: {url-env: X}}')).toMatch(/databases\.kit: expected a name/);
    expect(parse('files: {kit-files: {path: data/kit}}').files).toHaveLength(1);
  });
});
