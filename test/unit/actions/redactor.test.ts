import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../../actions/frame/redactor.ts';
import { listSecretForms } from '../../../actions/frame/secret-forms.ts';
import { makeRsaKey } from '../../fixtures/rsa-keys.ts';

function redactorOf(...secrets: string[]) {
  const registered: string[] = [];
  const redactor = new Redactor((form) => void registered.push(form));
  secrets.forEach((secret) => redactor.add(secret));
  return { redactor, registered };
}

/** How a secret may come to stand in a log. */
const encodings: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  'URL-encoded': encodeURIComponent,
  'in JSON': (secret) => JSON.stringify(secret),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64 behind one byte': (secret) => Buffer.from(`:${secret}:`).toString('base64'),
  'base64 behind two bytes': (secret) => Buffer.from(`u:${secret}@host`).toString('base64'),
  'base64url behind two bytes': (secret) => Buffer.from(`u:${secret}@host`).toString('base64url'),
};

const secretText = fc
  .string({ unit: 'binary', minLength: 8, maxLength: 40 })
  .filter((text) => text.trim().length >= 8 && !/[\r\n\p{Cs}]/u.test(text));

describe('what is written', () => {
  it.each(Object.keys(encodings))('holds no secret that stands there %s', (name) => {
    const encode = encodings[name] as (secret: string) => string;
    fc.assert(
      fc.property(secretText, (secret) => {
        const { redactor } = redactorOf(secret);
        const shown = redactor.redact(`before ${encode(secret)} after`);
        expect(shown).toContain('***');
        // In base64 the neighbours stay, and what holds bits of theirs; a secret of eight bytes would add eleven.
        const rest = shown.slice('before '.length, -' after'.length).replaceAll(/["*=]/g, '');
        expect(rest.length).toBeLessThanOrEqual(12);
      }),
    );
  });

  it('holds no line of a secret of many lines, whatever the line ends', () => {
    const line = fc.string({ minLength: 8, maxLength: 64 }).filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 5 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const { redactor } = redactorOf(lines.join(end));
        for (const each of lines) expect(redactor.redact(`key: ${each.trim()}.`)).toMatch(/^key: \**\.$|\*\*\*/);
        expect(redactor.redact(lines.join(end))).toBe('***');
      }),
    );
  });

  it('holds neither a connection string nor its password, as it stands there or decoded', () => {
    // not-a-secret: made up for its escapes
    const url = 'postgres://app:p%40ss%3A%2F%22w%C3%A9@db.internal:5432/skills_hub';
    const { redactor } = redactorOf(url);
    const text = `${url} p%40ss%3A%2F%22w%C3%A9 p@ss:/"wé "p@ss:/\\"wé" ${Buffer.from('app:p@ss:/"wé').toString('base64')}`;
    expect(redactor.redact(text)).toMatch(/^\*\*\* \*\*\* \*\*\* "\*\*\*" .{0,8}\*\*\*.{0,4}$/);
    expect(redactor.redact('db.internal:5432')).toBe('db.internal:5432');
  });

  it('holds no line of a password of many lines, in a connection string or in JSON (fault 127)', () => {
    const lines = ['50% of the "first"', '{"second": "line"}', "'third' $(line)"];
    const url = `postgres://app:${encodeURIComponent(lines.join('\n'))}@db/x`;
    for (const secret of [url, `${url.replace(/app:.*@/, '')}?password=${encodeURIComponent(lines.join('\r\n'))}`]) {
      const { redactor, registered } = redactorOf(secret);
      for (const line of lines) {
        expect(redactor.redact(`psql: <${line}>`)).toBe('psql: <***>');
        expect(redactor.redact(JSON.stringify(line))).toBe('"***"');
        expect(registered).toContain(line);
      }
    }
  });

  it('holds no password that a connection string names as a parameter', () => {
    // not-a-secret: made up for its escapes
    const { redactor } = redactorOf('postgres://app@db/x?sslmode=require&password=s%2Bcret%20word');
    expect(redactor.redact('s%2Bcret%20word, s+cret word')).toBe('***, ***');
  });

  it('holds no line of a private key, nor of the key in base64', async () => {
    const { privateKey: key } = await makeRsaKey('small', 2048);
    const { redactor } = redactorOf(key);
    for (const line of key.split('\n').filter((each) => each.length > 8))
      expect(redactor.redact(`<${line}>`)).toBe('<***>');
    const encoded = Buffer.from(key).toString('base64');
    expect(redactor.redact(encoded).replaceAll('*', '').length).toBeLessThan(8);
  });

  it('holds no secret that begins with another one, and keeps what is none', () => {
    const { redactor } = redactorOf('password', 'password-of-production');
    expect(redactor.redact('a password-of-production, a password, a pass')).toBe('a ***, a ***, a pass');
  });

  it('is redacted where the secret reads like a pattern', () => {
    for (const secret of ['a.*b+c?d', '[x](y){2}', '$1|^\\', '***/***'])
      expect(redactorOf(secret).redactor.redact(`<${secret}>`)).toBe('<***>');
  });

  it('is left alone where there is no secret', () => {
    expect(redactorOf('', '  \n ').redactor.redact('a text')).toBe('a text');
  });
});

describe('the forms of a secret', () => {
  it('are told to the runner once each', () => {
    const { registered } = redactorOf('one-secret', 'one-secret');
    expect(new Set(registered).size).toBe(registered.length);
    expect(registered).toEqual(listSecretForms('one-secret'));
  });

  it('are never blank, nor a line so short that it would blacken the log', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 9 }), (text) => {
        for (const form of listSecretForms(`${text}\n}\nab\n${text}`)) {
          expect(form.trim()).not.toBe('');
          expect(['}', 'ab']).not.toContain(form);
        }
      }),
    );
  });
});
