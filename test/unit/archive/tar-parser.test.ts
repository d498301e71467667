import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { ArchiveDamage } from '../../../src/archive/archive-damage.ts';
import { encodeTarHeader, type TarHeader } from '../../../src/archive/tar-header.ts';
import { parseTar } from '../../../src/archive/tar-parser.ts';
import { readForeignEntries } from '../../fixtures/foreign-entries.ts';
import { END, hostileTars, rawLong, rawMember, rawPax, rawTar } from '../../fixtures/hostile-tar.ts';

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function parseAll(tar: Buffer, isForeign = true, size = 1000): Promise<{ header: TarHeader; content: string }[]> {
  const entries: { header: TarHeader; content: string }[] = [];
  for await (const { header, body } of parseTar(cut(tar, size), { isForeign })) {
    let content = '';
    for await (const piece of body) content += piece.toString('latin1');
    entries.push({ header, content });
  }
  return entries;
}

async function listForeign(tar: Buffer): Promise<string[]> {
  const names: string[] = [];
  const options = { tar: cut(tar, 700), maxBytes: 1e9, note: () => undefined };
  for await (const { header } of readForeignEntries(options)) names.push(header.name.toString('latin1'));
  return names;
}

const anyHeader = fc
  .record({
    type: fc.constantFrom('dir', 'reg', 'symlink', 'hardlink'),
    name: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    link: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 2 ** 32 }),
    gid: fc.integer({ min: 0, max: 2 ** 32 }),
    mtimeNs: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 20n }),
    body: fc.uint8Array({ maxLength: 1500 }),
  })
  .map(({ type, name, link, body, ...rest }) => {
    const withoutNul = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte || 1));
    const isLink = type === 'symlink' || type === 'hardlink';
    const content = type === 'reg' ? Buffer.from(body) : Buffer.alloc(0);
    const header: TarHeader = {
      ...rest,
      type: type,
      name: withoutNul(name),
      size: content.length,
      ...(isLink ? { linkName: withoutNul(link) } : {}),
    };
    return { header, content };
  });

describe('parseTar', () => {
  it('reads back every header that we write, whatever pieces it arrives in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyHeader, { maxLength: 5 }),
        fc.integer({ min: 1, max: 2000 }),
        async (entries, size) => {
          const members = entries.flatMap(({ header, content }) => [
            encodeTarHeader(header),
            content,
            Buffer.alloc((512 - (content.length % 512)) % 512),
          ]);
          const read = await parseAll(rawTar(...members), false, size);
          expect(read.map(({ header }) => header)).toEqual(entries.map(({ header }) => header));
          expect(read.map(({ content }) => content)).toEqual(entries.map(({ content }) => content.toString('latin1')));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never ends otherwise than in entries or a refusal, whatever byte is changed', async () => {
    const tar = rawTar(
      rawPax({ path: 'long/name', mtime: '1.5' }),
      rawMember({ name: 'x' }, 'content'),
      rawLong('l'),
      rawMember({ name: 'y' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), async (place, value) => {
        const changed = Buffer.from(tar);
        changed[place] = value;
        await parseAll(changed).catch((error: unknown) => expect(error).toBeInstanceOf(ArchiveDamage));
      }),
      { numRuns: 500 },
    );
  });

  it('skips a body that nobody reads', async () => {
    const tar = rawTar(rawMember({ name: 'a' }, 'x'.repeat(5000)), rawMember({ name: 'b' }, 'y'));
    const names: string[] = [];
    for await (const { header } of parseTar(cut(tar, 333), { isForeign: false })) names.push(header.name.toString());
    expect(names).toEqual(['a', 'b']);
  });

  it('reads base-256 numbers, blank ones and headers of GNU and v7', async () => {
    const size = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    const tar = rawTar(
      rawMember({ name: 'big', size }, 'content'),
      rawMember({ name: 'gnu', magic: 'ustar  \0' }, 'g'),
      rawMember({ name: 'v7', magic: '', type: '\0' }, 'v'),
    );
    expect((await parseAll(tar)).map(({ content }) => content)).toEqual(['content', 'g', 'v']);
  });

  it('applies the size of an extended record to the real header only, never to a long name (56)', async () => {
    const inner = rawMember({ name: 'smuggled' }, 'inner');
    const tar = rawTar(
      rawPax({ size: '1024' }),
      rawLong('outer'),
      rawMember({ name: 'outer', size: 0 }),
      Buffer.concat([inner]),
    );
    const read = await parseAll(tar);
    expect(read.map(({ header }) => header.name.toString())).toEqual(['outer']);
    const listed = execFileSync('tar', ['--list', '--file=-'], {
      input: tar,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    expect(listed.toString()).toBe('outer\n');
  });

  it('refuses keywords that we do not write in our own archives, and ignores them in foreign ones', async () => {
    const tar = rawTar(rawPax({ 'SCHILY.xattr.user.x': '1', atime: '1' }), rawMember({ name: 'f' }, 'x'));
    await expect(parseAll(tar, false)).rejects.toThrow('"SCHILY.xattr.user.x" is not allowed');
    expect(await parseAll(tar, true)).toHaveLength(1);
    const globals = rawTar(rawPax({ comment: 'commit' }, 'g'), rawMember({ name: 'f' }, 'x'));
    await expect(parseAll(globals, false)).rejects.toThrow('global');
    expect(await parseAll(globals, true)).toHaveLength(1);
  });

  it('takes any number of blocks of zeros behind the end', async () => {
    expect(
      await parseAll(Buffer.concat([rawTar(rawMember({ name: 'f' }, 'x')), Buffer.alloc(10240), END])),
    ).toHaveLength(1);
  });
});

describe('a hostile tar is refused:', () => {
  it.each(Object.entries(hostileTars))('%s', async (_fault, tar) => {
    await expect(listForeign(tar)).rejects.toBeInstanceOf(ArchiveDamage);
  });
});

describe('what is accepted', () => {
  it('is what GNU tar lists', async () => {
    const tar = rawTar(
      rawMember({ name: './', type: '5' }),
      rawMember({ name: './a/', type: '5' }),
      rawMember({ name: './a/..\\..\\x' }, 'backslash'),
      rawPax({ path: `a/${'n'.repeat(200)}`, comment: 'c' }),
      rawMember({ name: 'cut' }, 'x'),
      rawLong(`a/${'m'.repeat(200)}`),
      rawMember({ name: 'cut' }, 'y'),
      rawMember({ name: 'tail', prefix: 'a/prefix' }, 'z'),
      rawMember({ name: 'a/l', type: '2', linkName: 'tail' }),
      rawMember({ name: 'a/h', type: '1', linkName: './a/..\\..\\x' }),
    );
    const listed = execFileSync('tar', ['--list', '--quoting-style=literal', '--file=-'], { input: tar }).toString();
    const expected = listed
      .trim()
      .split('\n')
      .map((name) => name.replace(/^\.\//, ''))
      .filter((name) => name !== '');
    expect(await listForeign(tar)).toEqual(expected);
    expect(expected).toHaveLength(7);
  });

  it('keeps a backslash as a letter (51) and names that differ in case or normal form (50)', async () => {
    const names = ['..\\..\\x', 'A', 'a', '\u00e9', 'e\u0301', 'l\u017fink', 'link'];
    expect(await listForeign(rawTar(...names.map((name) => rawMember({ name }, 'x'))))).toHaveLength(names.length);
  });
});
