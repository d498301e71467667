import { describe, expect, it } from '@jest/globals';
import { isWord, parseRequest, protocolWords, roles } from '../../src/vault/protocol/words.ts';
import { parseRsyncCommand } from '../../src/vault/server/rsync-command.ts';
import { parseServeArguments } from '../../src/vault/server/serve-command.ts';
import { splitCommand } from '../../src/vault/server/split-command.ts';

const name = 'backup_full_2026-11-23.tar.gz';

describe('a request to the vault', () => {
  it('is answered for the roles of the table only', () => {
    const allowed = (words: string[]): string[] => {
      return roles.filter((role) => {
        try {
          parseRequest(words, role);
          return true;
        } catch {
          return false;
        }
      });
    };
    expect(allowed(['hello'])).toEqual(['writer', 'reader', 'owner']);
    expect(allowed(['hello', name])).toEqual(['writer', 'reader', 'owner']);
    expect(allowed(['verify', name, 'full'])).toEqual(['writer', 'reader', 'owner']);
    expect(allowed(['seal', name])).toEqual(['writer', 'owner']);
    expect(allowed(['read', name])).toEqual(['reader', 'owner']);
    expect(allowed(['survey', name])).toEqual(['reader', 'owner']);
  });

  it('101: cannot delete: there is no such word', () => {
    expect(Object.keys(protocolWords).sort()).toEqual(['hello', 'index', 'read', 'seal', 'status', 'survey', 'verify']);
    for (const word of ['delete', 'prune', 'retire', 'rm', 'constructor', '__proto__', 'toString', '']) {
      expect(() => parseRequest([word, name], 'owner')).toThrow();
    }
  });

  it.each([
    [['hello', name, name]],
    [['hello', '../x']],
    [['index']],
    [['index', `${name}/../x`]],
    [['index', `a${name}`]],
    [['read', `${name}\n`]],
    [['verify', name]],
    [['verify', name, 'none']],
    [['status', '--help']],
    [['seal', name, '-f']],
  ])('%j is refused', (words) => {
    expect(() => parseRequest(words, 'owner')).toThrow();
  });
});

describe('the forced command', () => {
  it('splits at single spaces', () => {
    expect(splitCommand(`verify ${name} full`)).toEqual(['verify', name, 'full']);
    expect(splitCommand('rsync --server -Ie.LsfxCIvu --timeout=60 . ./')).toHaveLength(6);
  });

  it.each([
    '',
    ' ',
    'hello ',
    ' hello',
    'hello  x',
    'hello;id',
    'hello $(id)',
    'hello `id`',
    'hello|id',
    'hello&',
    'a>b',
    'hello\nid',
    'hello\tid',
    'hello\0',
    "hello 'x'",
    'hello "x"',
    'hello \\x',
    'hello *',
    'hello ~',
    'héllo',
    'hello #',
    'x'.repeat(5000),
    'bash -c {id}',
    'scp -t . !',
  ])('99: refuses %j without any shell', (command) => {
    expect(() => splitCommand(command)).toThrow('this account runs no commands');
    expect(command.split(' ').every(isWord) && command.length <= 4096).toBe(false);
  });

  it('takes its own options before the words, and the words of the client without them', () => {
    const own = ['vault', 'serve', '--role', 'writer', '--path', '/srv/the vault'];
    expect(parseServeArguments(own, 'hello')).toEqual({
      role: 'writer',
      directory: '/srv/the vault',
      words: ['hello'],
    });
    expect(parseServeArguments([...own, 'status'], 'hello')).toMatchObject({ words: ['status'] });
    // Options that the client brings are words, and refused as such.
    expect(parseServeArguments(own, '--role owner hello')).toMatchObject({
      role: 'writer',
      words: ['--role', 'owner', 'hello'],
    });
    expect(() => parseServeArguments(own, undefined)).toThrow('runs no commands');
    expect(() => parseServeArguments(['vault', 'serve', '--role', 'root', '--path', '/x'], 'hello')).toThrow(
      'expected',
    );
    expect(() => parseServeArguments(['vault', 'serve', '--role', 'writer', '--path', 'x'], 'hello')).toThrow(
      'expected',
    );
  });
});

describe('rsync through the forced command', () => {
  it('receives into the folder that we choose, whatever the client named', () => {
    for (const path of ['.', './', '/etc', '../..', '.vault/', 'x/../../y']) {
      const words = [
        'rsync',
        '--server',
        '-Ie.LsfxCIvu',
        '--timeout=60',
        '--bwlimit=50000',
        '--stats',
        '--partial',
        '.',
        path,
      ];
      expect(parseRsyncCommand(words, '/srv/v/.incoming/')).toEqual([...words.slice(1, -1), '/srv/v/.incoming/']);
    }
  });

  it.each([
    'rsync --server --sender -e.LsfxCIvu . .',
    'rsync --server -e.LsfxCIvu --sender . .',
    'rsync --server -se.LsfxCIvu . .',
    'rsync --server -re.LsfxCIvu . .',
    'rsync --server -le.LsfxCIvu . .',
    'rsync --server -De.LsfxCIvu . .',
    'rsync --server -be.LsfxCIvu . .',
    'rsync --server -e.LsfxCIvu --delete . .',
    'rsync --server -e.LsfxCIvu --delete-before . .',
    'rsync --server -e.LsfxCIvu --remove-source-files . .',
    'rsync --server -e.LsfxCIvu --inplace . .',
    'rsync --server -e.LsfxCIvu --append . .',
    'rsync --server -e.LsfxCIvu --force . .',
    'rsync --server -e.LsfxCIvu --backup-dir=/x . .',
    'rsync --server -e.LsfxCIvu --partial-dir=/x . .',
    'rsync --server -e.LsfxCIvu --partial-dir /x . .',
    'rsync --server -e.LsfxCIvu --delay-updates . .',
    'rsync --server -e.LsfxCIvu --temp-dir=/x . .',
    'rsync --server -e.LsfxCIvu -T /x . .',
    'rsync --server -e.LsfxCIvu --log-file=/x . .',
    'rsync --server -e.LsfxCIvu --write-devices . .',
    'rsync --server -e.LsfxCIvu --copy-devices . .',
    'rsync --server -e.LsfxCIvu --files-from=/etc/passwd . .',
    'rsync --server -e.LsfxCIvu --compare-dest=/x . .',
    'rsync --server -e.LsfxCIvu --link-dest=/x . .',
    'rsync --server -e.LsfxCIvu --mkpath . .',
    'rsync --server -e.LsfxCIvu --fake-super . .',
    'rsync --server -e.LsfxCIvu --config=/x . .',
    'rsync --server --daemon . .',
    'rsync --daemon',
    'rsync --server -e.LsfxCIvu . . .',
    'rsync --server -e.LsfxCIvu x .',
    'rsync --server . .',
    'rsync --server -e.LsfxCIvu --timeout=60x . .',
    'rsync -e /bin/sh . .',
    'sh rsync --server -e.LsfxCIvu . .',
  ])('89, 99: %s is refused', (command) => {
    expect(() => parseRsyncCommand(command.split(' '), '/srv/v/.incoming/')).toThrow('nothing else');
  });
});
