import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Inputs, inputVariable } from '../../../actions/frame/inputs.ts';
import { Failure } from '../../../src/logging/failure.ts';

const MIB = 1024 * 1024;

function inputsOf(values: Record<string, string>, masked: string[] = []): Inputs {
  const variables = Object.entries(values).map(([name, value]): [string, string] => [inputVariable(name), value]);
  return new Inputs(Object.fromEntries(variables), (secret) => void masked.push(secret));
}

function refusalOf(read: () => unknown): Failure {
  try {
    read();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('an input', () => {
  it('is found by the variable that the runner makes of its name', () => {
    const inputs = new Inputs({ 'INPUT_DRY-RUN': 'false', INPUT_MY_INPUT: 'text' }, () => undefined);
    expect(inputs.flag('dry-run')).toBe(false);
    expect(inputs.text('my input')).toBe('text');
  });

  it('that is empty, blank or absent was not given', () => {
    for (const inputs of [inputsOf({ a: '' }), inputsOf({ a: '   ' }), inputsOf({})]) {
      for (const value of [inputs.text('a'), inputs.flag('a'), inputs.list('a'), inputs.secret('a')])
        expect(value).toBeUndefined();
      expect(inputs.choice('a', ['x'])).toBeUndefined();
      expect(refusalOf(() => inputs.required('a')).message).toBe('input a: missing');
    }
  });

  it.each(['true', 'True', 'TRUE', ' true '])('%j is true', (value) => {
    expect(inputsOf({ a: value }).flag('a')).toBe(true);
  });

  it.each(['yes', '1', 'truefalse', 'true\n', 'tr\u00fce', 'false;id'])('%j is neither true nor false', (value) => {
    expect(refusalOf(() => inputsOf({ a: value }).flag('a')).kind).toBe('usage');
  });

  it('has one of the words, to the letter', () => {
    expect(inputsOf({ a: 'full' }).choice('a', ['seal', 'full'])).toBe('full');
    for (const value of ['Full', 'full,seal', 'constructor'])
      expect(refusalOf(() => inputsOf({ a: value }).choice('a', ['seal', 'full'])).message).toBe(
        'input a: expected seal or full',
      );
  });

  it('with a duration is read in milliseconds', () => {
    expect(inputsOf({ a: '30m' }).durationMs('a')).toBe(1_800_000);
    expect(inputsOf({}).durationMs('a')).toBeUndefined();
    expect(refusalOf(() => inputsOf({ a: 'soon' }).durationMs('a')).message).toMatch(/^input a: expected a duration/);
  });

  it('with an archive is checked before any use, and never repeated', () => {
    expect(inputsOf({ a: '2026-01-31' }).archive('a')).toBe('2026-01-31');
    expect(inputsOf({}).archive('a', 'latest')).toBe('latest');
    for (const value of ['', 'latest\n', '../x', 'backup_full_2026-02-30.tar.gz', '$(id)', 'CANARY'])
      expect(refusalOf(() => inputsOf({ a: value }).archive('a', 'latest')).message).toMatch(
        /^input a: (missing|expected (latest|one line)[^$C]*)$/,
      );
    expect(refusalOf(() => inputsOf({}).archive('a')).message).toBe('input a: missing');
  });

  it('takes lines as they are, commas and all', () => {
    expect(inputsOf({ a: ' uploads/a, b.pdf\r\n\nuploads/c\n' }).lines('a')).toEqual(['uploads/a, b.pdf', 'uploads/c']);
    expect(inputsOf({ a: ' \n' }).lines('a')).toBeUndefined();
    expect(refusalOf(() => inputsOf({ a: 'uploads/a\u0007' }).lines('a')).message).toContain('control characters');
    expect(refusalOf(() => inputsOf({ a: 'x'.repeat(70_000) }).lines('a')).message).toContain('at most');
  });

  it('with names takes them apart at commas and lines', () => {
    expect(inputsOf({ a: ' app, uploads\r\nodoo,,\n' }).list('a')).toEqual(['app', 'uploads', 'odoo']);
    expect(refusalOf(() => inputsOf({ a: 'app\u0000' }).list('a')).message).toContain('control characters');
  });

  it.each([',', ' , ', '\n,\n'])('with separators and no name, %j, is not one that was left out', (value) => {
    expect(refusalOf(() => inputsOf({ a: value }).list('a')).message).toContain('expected names');
  });

  it('with a secret is handed over to the byte, and masked', () => {
    const masked: string[] = [];
    const key = '-----BEGIN\n\nabc\r\n-----END\n';
    expect(inputsOf({ a: key }, masked).secret('a')).toBe(key);
    expect(masked).toEqual([key]);
  });

  it.each(['text', 'required', 'flag', 'list'] as const)('of 1 MiB is refused in one line by %s', (read) => {
    const failure = refusalOf(() => inputsOf({ a: 'canary'.repeat(MIB / 6) })[read]('a'));
    expect(failure.message).toBe('input a: expected at most 4096 characters');
  });

  it('with a secret of 1 MiB is refused in one line', () => {
    expect(refusalOf(() => inputsOf({ a: 'canary'.repeat(MIB / 6) }).secret('a')).message).toBe(
      'input a: expected at most 65536 characters',
    );
  });

  it('of one line never holds a line break or control character, and a refusal never repeats it', () => {
    const breaks = fc.constantFrom('\n', '\r', '\r\n', '\0', '\u001b', '\u0085', '\u2028', '\u2029', '\u007f', '\t');
    const around = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(around, breaks, around, (before, broken, after) => {
        const canary = `CANARY${before}${broken}${after}CANARY`;
        for (const read of ['text', 'required', 'flag'] as const) {
          const { message, next, kind } = refusalOf(() => inputsOf({ a: canary })[read]('a'));
          expect(kind).toBe('usage');
          expect(`${message}${next}`).not.toContain('CANARY');
          expect(message.split(/[\r\n]/)).toHaveLength(1);
        }
      }),
    );
  });

  it('of any other line is handed over without the blanks around it', () => {
    const character = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 });
    const line = fc.array(character, { minLength: 1, maxLength: 50 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        line.filter((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)),
        (text) => expect(inputsOf({ a: ` ${text} ` }).text('a') ?? '').toBe(text.trim()),
      ),
    );
  });
});

describe('an address', () => {
  it.each(['https://dev.example', 'http://localhost:8081/health?full=1'])('%s is taken as it is', (value) => {
    expect(inputsOf({ a: value }).url('a')).toBe(value);
  });

  it.each([
    'dev.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user@h',
    `https://u:${'x'.repeat(8)}@h`,
    'https://',
  ])('%s is refused, and not repeated', (value) => {
    const { kind, message } = refusalOf(() => inputsOf({ a: value }).url('a'));
    expect(kind).toBe('usage');
    expect(message).toBe('input a: expected an address such as https://dev.example.org, without a password');
  });
});

describe('a text of a certain form', () => {
  it('is taken where it has it, and refused with what was expected where it has not', () => {
    const read = (value: string) => inputsOf({ a: value }).matching('a', /^[a-z]+$/, 'lower-case letters');
    expect([read(' dev '), read('')]).toEqual(['dev', undefined]);
    expect(refusalOf(() => read('Dev')).message).toBe('input a: expected lower-case letters');
  });
});
