import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore } from '../../src/operations/restore.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
let before: string;
let archive: string;

const inUploads = (script: string) =>
  void execFileSync('bash', ['-ec', script], { cwd: made.uploads, env: { ...process.env, LC_ALL: 'C' } });
const bring = (select?: string[]) =>
  restore(made.platform, {
    archive,
    confirm: async () => true,
    skipsSafetyBackup: true,
    ...(select ? { select } : {}),
  });

beforeAll(async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, number) => [`a/${number % 5}/f${number}`, randomBytes(5000)]),
  );
  made = await createPlatform({ files, lines: [] });
  made.platform = await made.reconfigure((yaml) =>
    yaml.replace('{path: uploads}', "{path: uploads, exclude: ['cache/**', '**/*.tmp']}"),
  );
  writeFiles(made.uploads, {
    'big.bin': randomBytes(3_000_000),
    kind: 'a file',
    'dir/in/it': 'deep',
    'metadata/f': 'same',
  });
  inUploads(String.raw`
    printf 1 > $'caf\xe8'; printf 2 > $'caf\xe9'; printf 3 > $'new\nline'; printf 4 > -rf; printf 5 > "$(printf 'n%.0s' {1..255})"
    mkdir $'odd\xff\n dir'; printf 6 > $'odd\xff\n dir/x'
    ln -s /nowhere absolute; ln -s dir/in link; ln -s loop loop
    printf hard > h1; ln h1 h2; ln h1 dir/h3
    truncate -s 20M sparse; printf x | dd of=sparse bs=1 seek=9000000 conv=notrunc status=none
    printf t > timed; touch -d '1969-12-31 23:59:59.123456789 UTC' timed; touch -h -d '2001-02-03 04:05:06.7' absolute
    chmod 600 timed; chmod 2770 dir; chmod 444 kind
    if [ $(id -u) = 0 ]; then chown 33:44 metadata metadata/f; chown -h 12345:54321 absolute; fi
    ( for level in {1..25}; do d=$level-$(printf 'd%.0s' {1..190}); mkdir $d; cd ./$d; done; printf deep > leaf; ln leaf twin )
    touch -d '2020-05-05 05:05:05.050505050' metadata dir .
  `);
  before = describeTree(made.uploads);
  archive = (await backup(made.platform, { trigger: 'nightly' })).archive;
}, 120_000);
afterAll(async () => {
  // Node itself does not reach paths that long.
  execFileSync('rm', ['-rf', made.uploads]);
  await made.stop();
});

const accidents: Record<string, string> = {
  'a folder and some files deleted': 'rm -r a/2 dir link; rm -- -rf big.bin',
  'content changed behind a forged time and size': `for f in a/1/f1 big.bin timed; do cp -p $f /tmp/ref.$$; s=$(stat -c %s $f); head -c $s /dev/zero > $f; touch -r /tmp/ref.$$ $f; rm /tmp/ref.$$; done`,
  'files, folders and links exchanged': `rm kind; mkdir -p kind/x; echo 1 > kind/x/y; rm -r dir; echo 2 > dir; rm link; mkdir link; echo 3 > link/z; rm -r a/3; ln -s ../dir a/3; rm absolute; echo 4 > absolute`,
  'much added': `mkdir -p more/than/enough; echo 1 > more/than/enough/x; echo 2 > a/extra; echo 3 > $'extra\\xfe\\n'; ln -s x extra-link; ln h1 h4`,
  'only modes, owners and times changed': `chmod -R u+rwx,go+w a metadata; touch kind timed a/1 $'caf\\xe8'; chmod 755 dir; touch -h absolute; [ $(id -u) != 0 ] || chown -R 1000:1000 a metadata`,
  'one of several hard links deleted': 'rm h2',
  'a file with several names changed behind its time': `cp -p h1 /tmp/ref.$$; printf soft > h1; touch -r /tmp/ref.$$ h1; rm /tmp/ref.$$`,
  'files of their own made one': `rm $'caf\\xe9'; cp -p $'caf\\xe8' x; mv x y; ln y $'caf\\xe9'; rm y`,
  'the hole filled and the deep end cut': `cp sparse x; cat x > sparse; rm x; rm -rf 1-*/2-*/3-*`,
  'all of it deleted, the folder itself stays': 'find . -mindepth 1 -delete',
};

describe('files come back as they were, to the byte, the link and the nanosecond', () => {
  it.each(Object.entries(accidents))('after an accident: %s', async (_name, script) => {
    inUploads(script);
    expect(describeTree(made.uploads)).not.toBe(before);
    const { done, id } = await bring();
    expect(done).toBe(true);
    expect(describeTree(made.uploads)).toBe(before);
    expect((await forget(made.platform, { ids: [id ?? ''], confirm: async () => true })).forgotten).toHaveLength(1);
    expect(readdirSync(made.uploads).filter((name) => name.startsWith('.continuity-'))).toEqual([]);
    expect(describeTree(made.uploads)).toBe(before);
  });

  it('restores holes as holes', () => {
    expect(statSync(join(made.uploads, 'sparse')).blocks).toBeLessThan(1000);
  });

  it('makes the folder where it is missing altogether', async () => {
    execFileSync('rm', ['-rf', made.uploads]);
    const { plan } = await bring();
    expect(plan.files[0]).toMatchObject({ replace: 0, remove: 0 });
    expect(describeTree(made.uploads)).toBe(before);
    await forget(made.platform, { confirm: async () => true });
  });

  it('finds nothing to do where all is equal', async () => {
    const { plan, fetchedBytes } = await bring();
    expect(plan.files[0]).toMatchObject({ add: 0, replace: 0, remove: 0, stageBytes: 0 });
    expect(fetchedBytes).toBeLessThan(20_000);
    expect(describeTree(made.uploads)).toBe(before);
    await forget(made.platform, { confirm: async () => true });
  });

  it('fetches only what differs', async () => {
    inUploads('rm a/2/f2; echo x >> a/4/f4; touch -d @1577836800.5 big.bin~ && rm big.bin~');
    const { fetchedBytes } = await bring();
    expect(fetchedBytes).toBeLessThan(400_000);
    expect(describeTree(made.uploads)).toBe(before);
    await forget(made.platform, { confirm: async () => true });
  });

  it('leaves alone what no backup holds: excluded names, FIFOs, sockets', async () => {
    inUploads('mkdir cache; echo c > cache/x; echo t > a/work.tmp; mkfifo a/pipe; rm a/1/f1');
    await bring();
    expect(['cache/x', 'a/work.tmp', 'a/pipe', 'a/1/f1'].map((name) => existsSync(join(made.uploads, name)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    inUploads('rm -r cache a/work.tmp a/pipe');
    await bring();
    expect(describeTree(made.uploads)).toBe(before);
    await forget(made.platform, { confirm: async () => true });
  });

  it('keeps what it replaced and moved away until it is forgotten', async () => {
    inUploads('echo changed > kind.new; mv -f kind.new kind; mkdir extra; echo e > extra/e');
    const { id } = await bring();
    const kept = join(made.uploads, `.continuity-kept-${id}`);
    expect(execFileSync('cat', ['kind', 'extra/e'], { cwd: kept, encoding: 'utf8' })).toBe('changed\ne\n');
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    await expect(
      forget(made.platform, { ids: ['20200101000000-abcdef'], confirm: async () => true }),
    ).rejects.toMatchObject({ kind: 'usage' });
    expect((await forget(made.platform, { confirm: async () => false })).forgotten).toEqual([]);
    expect(existsSync(kept)).toBe(true);
    await forget(made.platform, { ids: [id ?? ''], confirm: async () => true });
    expect(existsSync(kept)).toBe(false);
    rmSync(join(made.state, 'kept'), { recursive: true });
  });
});
