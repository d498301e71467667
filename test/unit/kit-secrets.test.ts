import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateX25519Identity } from 'age-encryption';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractEntries } from '../../src/archive/gnu-tar.ts';
import type { SafeEntry } from '../../src/archive/entry-guard.ts';
import { encryptFor, publicHalf } from '../../src/archive/age.ts';
import { openSecrets } from '../../src/operations/kit/open-secrets.ts';
import { readKit } from '../../src/operations/kit/read-kit.ts';
import { rawLong, rawMember, rawPax, rawTar } from '../fixtures/hostile-tar.ts';
import { memoryEntry } from '../fixtures/small-archive.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kit-secrets-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Extracts a kit with one plain file and the given secrets, as they would come out of a forged `secrets.tar.age`. */
async function extract(secrets: Buffer, plain = [memoryEntry('kit/files/docker-compose.yml', { content: 'plain' })]) {
  const notes: string[] = [];
  const counts = { files: 0, secrets: 0 };
  async function* entries(wants: (name: Buffer) => boolean): AsyncGenerator<SafeEntry> {
    for (const { name, type, mode, uid, gid, mtimeNs, size, linkName, open } of plain) {
      if (!wants(name)) continue;
      const bytes = Buffer.alloc(size);
      await (await open?.())?.read(bytes, 0);
      const header = { name, type, mode, uid, gid, mtimeNs, size, ...(linkName ? { linkName } : {}) };
      yield { header, body: asStream(bytes) };
    }
  }
  const kit = readKit({ entries, secrets, note: (what) => notes.push(what) }, (kind) => counts[kind]++);
  await extractEntries({ entries: kit, directory, asRoot: false });
  return { notes, counts };
}

async function* asStream(bytes: Buffer) {
  yield await Promise.resolve(bytes);
}

const file = (name: string, body = 'x') => rawMember({ name }, body);

describe('the decrypted secrets of a kit', () => {
  it('join what was plain, with their modes', async () => {
    const tar = rawTar(
      rawMember({ name: 'files/secrets/', type: '5', mode: 0o700 }),
      rawMember({ name: 'files/secrets/app', mode: 0o440 }, 'pw'),
      rawMember({ name: 'volumes/caddy-data/link', type: '2', linkName: '../caddy-data/crt' }),
    );
    const { notes, counts } = await extract(tar);
    expect({ notes, counts }).toEqual({ notes: [], counts: { files: 1, secrets: 1 } });
    expect(readFileSync(join(directory, 'files/docker-compose.yml'), 'utf8')).toBe('plain');
    expect(readFileSync(join(directory, 'files/secrets/app'), 'utf8')).toBe('pw');
    expect(statSync(join(directory, 'files/secrets')).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'files/secrets/app')).mode & 0o777).toBe(0o440);
    expect(lstatSync(join(directory, 'volumes/caddy-data/link')).isSymbolicLink()).toBe(true);
  });

  it.each([
    ['44 a way up', rawTar(file('files/../../escaped'))],
    ['44 a way up at once', rawTar(file('../escaped'))],
    ['44 an absolute name', rawTar(file('/tmp/escaped'))],
    ['44 a way up in a long name', rawTar(rawLong(`files/${'a/'.repeat(80)}../../escaped`), file('files/a'))],
    ['44 a way up in an extended record', rawTar(rawPax({ path: 'files/../../../escaped' }), file('files/a'))],
    ['a folder that no kit has', rawTar(file('elsewhere/x'))],
    ['a name that only begins like one', rawTar(file('files.d/x'))],
    ['45 a file through a link', rawTar(rawMember({ name: 'files/l', type: '2', linkName: 'sub' }), file('files/l/x'))],
    ['48 a hard link to outside', rawTar(rawMember({ name: 'files/h', type: '1', linkName: '/etc/passwd' }))],
    ['52 a device', rawTar(rawMember({ name: 'files/null', type: '3' }))],
    ['52 a FIFO', rawTar(rawMember({ name: 'files/fifo', type: '6' }))],
    ['58 a name that stands twice', rawTar(file('files/a'), file('files/a'))],
    ['58 the name of a plain file', rawTar(file('files/docker-compose.yml', 'forged'))],
    ['a folder in the place of a plain file', rawTar(file('files/docker-compose.yml/x'))],
    ['61 a wrong checksum', rawTar(rawMember({ name: 'files/a', checksumError: 1 }, 'x'))],
    ['61 no end', rawMember({ name: 'files/a' }, 'x')],
    ['61 something behind the end', Buffer.concat([rawTar(file('files/a')), file('files/b')])],
    ['no tar at all', Buffer.from('a secret, but no tar')],
  ])('are refused with %s, and nothing gets out of the folder', async (_, tar) => {
    await expect(extract(tar)).rejects.toMatchObject({ kind: 'damaged' });
    expect(readdirSync(join(directory, '..'))).not.toContain('escaped');
    expect(readdirSync(directory).filter((name) => name !== 'files')).toEqual([]);
  });

  it('lose the bits by which a program gets rights, and links that lead outside, which is told (49, 53)', async () => {
    const tar = rawTar(
      rawMember({ name: 'files/run', mode: 0o6755 }, 'x'),
      rawMember({ name: 'files/out', type: '2', linkName: '/etc/shadow' }),
      rawMember({ name: 'files/up', type: '2', linkName: '../../up' }),
    );
    const plain = [memoryEntry('kit/files/plain-out', { type: 'symlink', linkName: Buffer.from('/etc/shadow') })];
    const { notes } = await extract(tar, plain);
    expect(notes).toEqual([
      'files/plain-out: a link to /etc/shadow, outside: left out',
      'files/out: a link to /etc/shadow, outside: left out',
      'files/up: a link to ../../up, outside: left out',
    ]);
    expect(readdirSync(join(directory, 'files'))).toEqual(['run']);
    expect(statSync(join(directory, 'files/run')).mode & 0o7777).toBe(0o755);
  });
});

describe('opening the secrets', () => {
  it('says that they are damaged where they are, whatever the key', async () => {
    const key = await generateX25519Identity();
    const recipients = [await publicHalf(key)];
    const sealed = await encryptFor(recipients, Buffer.from('secrets'));
    const identities = { keys: [key], recipients };
    const about = { archive: 'backup_full_2026-11-23.tar.gz', recipients };
    expect((await openSecrets(sealed, identities, about)).toString()).toBe('secrets');
    for (const at of [10, sealed.length - 1]) {
      const spoilt = Buffer.from(sealed);
      spoilt[at] = (spoilt[at] ?? 0) ^ 1;
      await expect(openSecrets(spoilt, identities, about)).rejects.toMatchObject({
        kind: 'damaged',
        message: expect.stringMatching(/^backup_full_2026-11-23\.tar\.gz: kit\/secrets\.tar\.age cannot be decrypted/),
      });
    }
    await expect(openSecrets(sealed.subarray(0, -1), identities, about)).rejects.toMatchObject({ kind: 'damaged' });
  });
});
