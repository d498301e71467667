import { describe, expect, it } from '@jest/globals';
import type { Fingerprints } from '../../src/archive/manifest.ts';
import type { DatabaseProof } from '../../scripts/demo/database-proof.ts';
import { findDifferences, type PlatformProof } from '../../scripts/demo/differences.ts';
import type { EntryProof } from '../../scripts/demo/tree-proof.ts';

const fingerprints: Fingerprints = {
  tables: { 'public.student': { rows: 3, sha256: 'aa' }, 'public.empty': { rows: 0, sha256: 'bb' } },
  sequences: { 'public.student_id_seq': { value: '3', called: true } },
  largeObjects: { count: 1, bytes: 10, sha256: 'cc' },
};
const file: EntryProof = {
  type: 'file',
  mode: '0640',
  owner: '33:33',
  time: '1732400000123456789',
  bytes: 5,
  sha256: 'dd',
  sameFileAs: 'students/1',
  sparse: false,
};

function platform(database: Partial<DatabaseProof> = {}, entry: Partial<EntryProof> = {}): PlatformProof {
  return {
    databases: new Map([['app', { fingerprints, sha256: 'ee', dumpBytes: 100, ...database }]]),
    tree: new Map([
      ['', { type: 'folder', mode: '0750', owner: '0:0', time: '1' }],
      ['caf\xe9', { ...file, ...entry }],
      ['link', { type: 'symlink', mode: '0777', owner: '0:0', time: '2', target: 'caf\xe9' }],
    ]),
  };
}

function withTable(rows: number, sha256: string): Partial<DatabaseProof> {
  return { fingerprints: { ...fingerprints, tables: { ...fingerprints.tables, 'public.student': { rows, sha256 } } } };
}

describe('what the demo takes for the same', () => {
  it('is the same in everything', () => {
    expect(findDifferences(platform(), platform())).toEqual([]);
  });

  it.each<[string, Partial<DatabaseProof>, string]>([
    ['a row less', withTable(2, 'aa'), '3 rows expected, 2 found'],
    ['a row changed', withTable(3, 'ab'), 'their content differs'],
    [
      'a sequence behind',
      { fingerprints: { ...fingerprints, sequences: {} } },
      'sequence public.student_id_seq: missing',
    ],
    [
      'a large object lost',
      { fingerprints: { ...fingerprints, largeObjects: { count: 0, bytes: 0, sha256: 'cc' } } },
      'large objects',
    ],
    ['another definition', { sha256: 'ff' }, 'not its definitions'],
  ])('is not a database with %s', (_what, change, message) => {
    const differences = findDifferences(platform(), platform(change));
    expect(differences).toEqual([expect.stringContaining(message)]);
    expect(differences[0]).toMatch(/^database "app": /);
  });

  it.each<[keyof EntryProof, Partial<EntryProof>]>([
    ['type', { type: 'folder' }],
    ['mode', { mode: '0600' }],
    ['owner', { owner: '0:0' }],
    ['time', { time: '1732400000123456788' }],
    ['bytes', { bytes: 6 }],
    ['sha256', { sha256: 'de' }],
    ['target', { target: 'elsewhere' }],
    ['sameFileAs', { sameFileAs: 'students/2' }],
    ['sparse', { sparse: true }],
  ])('is not a file with another %s', (key, change) => {
    expect(findDifferences(platform(), platform({}, change))).toEqual([expect.stringContaining(`${key} was `)]);
  });

  it('is not a file that has lost its second name', () => {
    const after = platform();
    const { sameFileAs: _name, ...alone } = file;
    after.tree.set('caf\xe9', alone);
    expect(findDifferences(platform(), after)).toEqual([
      expect.stringContaining('sameFileAs was students/1, is not there'),
    ]);
  });

  it('lacks nothing, and has nothing more', () => {
    const fewer = platform();
    fewer.tree.delete('link');
    fewer.databases.delete('app');
    expect(findDifferences(platform(), fewer)).toEqual(['database "app": is missing', 'file "link": is missing']);
    expect(findDifferences(fewer, platform())).toEqual([
      'database "app": was not there before',
      'file "link": was not there before',
    ]);
  });

  it('tells names apart that are no text', () => {
    const after = platform();
    after.tree.set('caf\xe8', file);
    after.tree.delete('caf\xe9');
    expect(findDifferences(platform(), after)).toHaveLength(2);
  });
});
