import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import { inMemory, makeArchive, memoryEntry, readArchive, type Ingredients } from '../../fixtures/small-archive.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kit-world-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const kit = {
  'kit/files/docker-compose.yml': Buffer.from('services: {}\n'),
  'kit/host/etc/continuity.yml': Buffer.from('files: {}\n'),
  'kit/secrets.tar.age': Buffer.alloc(9_000_000, 'sealed'),
};
const whole: Ingredients = { entries: [memoryEntry('uploads/file', { content: 'some' })], dumps: {}, kit };

async function build(ingredients: Ingredients) {
  const night = await makeArchive(join(root, String(++count)), ingredients);
  return { night, bytes: await readArchive(night) };
}

async function damageOf(ingredients: Ingredients) {
  const { bytes } = await build(ingredients);
  return (await verifyArchive({ archive: inMemory(bytes) })).damage;
}

function changeKit(change: (kit: NonNullable<Manifest['kit']>) => void) {
  return (manifest: Manifest): Manifest => {
    if (manifest.kit) change(manifest.kit);
    return manifest;
  };
}

describe('the recovery kit in an archive', () => {
  it('stands behind the dumps by name, before the texts, whatever the order of adding', async () => {
    const reversed = Object.fromEntries(Object.entries(kit).reverse());
    const { night } = await build({ ...whole, dumps: { 'db/app.sql': [Buffer.from('SELECT 1;\n')] }, kit: reversed });
    const names = execFileSync('tar', ['-tzf', night.path], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual([
      'uploads/file',
      'db/app.sql',
      ...Object.keys(kit),
      'LISEZMOI.txt',
      'manifest.json',
      'stargz.index.json',
    ]);
  });

  it('is sound where the manifest names just what it holds', async () => {
    expect(await damageOf(whole)).toEqual([]);
  });

  it.each<[string, Ingredients, object]>([
    [
      'lacks an entry that the manifest names',
      { ...whole, changeManifest: changeKit(({ entries }) => (entries['kit/files/.x'] = { sizeBytes: 1 })) },
      { where: 'kit/files/.x', what: 'the manifest names it, the archive does not hold it' },
    ],
    [
      'holds an entry that the manifest does not name',
      { ...whole, changeManifest: changeKit(({ entries }) => delete entries['kit/secrets.tar.age']) },
      { where: 'kit/secrets.tar.age', what: 'the manifest does not name it' },
    ],
    [
      'has secrets of another size',
      { ...whole, changeManifest: changeKit(({ entries }) => (entries['kit/secrets.tar.age'] = { sizeBytes: 7 })) },
      { where: 'kit/secrets.tar.age', what: '9000000 bytes; the manifest says 7' },
    ],
    [
      'is not in the manifest at all',
      { ...whole, changeManifest: ({ kit: _, ...manifest }) => manifest },
      { where: 'kit', what: 'the manifest does not name it' },
    ],
  ])('is damaged where it %s', async (_, ingredients, expected) => {
    expect(await damageOf(ingredients)).toEqual([expected]);
  });

  it('may be missing, as in archives of earlier versions', async () => {
    expect(await damageOf({ entries: [memoryEntry('uploads/file', { content: 'some' })] })).toEqual([]);
  });

  it('is not mistaken for a file source of that name, which earlier versions allowed', async () => {
    expect(await damageOf({ entries: [memoryEntry('kit/'), memoryEntry('kit/saw', { content: 'teeth' })] })).toEqual(
      [],
    );
  });

  it.each([
    [
      'a list in place of its entries',
      { entries: [], secrets: 1, recipients: [] },
      'manifest.kit.entries is no object',
    ],
    ['a size that is none', { entries: { 'kit/files/a': { sizeBytes: -1 } }, secrets: 1, recipients: [] }, 'no count'],
    ['recipients that are no texts', { entries: {}, secrets: 1, recipients: [1] }, 'recipients[0] is no text'],
  ])('is refused with %s', async (_, record, message) => {
    const damage = await damageOf({ ...whole, changeManifest: (manifest) => ({ ...manifest, kit: record }) });
    expect(damage).toEqual([{ where: 'manifest.json', what: expect.stringContaining(message) }]);
  });
});
