import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkOut, resolveCommit } from '../../../src/operations/deploy/checkout.ts';
import { describePlaces } from '../../../src/operations/deploy/places.ts';

const isRoot = process.getuid?.() === 0;

describe('the source of a deployment', () => {
  let folder: string;
  let source: string;
  const environment = { PATH: process.env['PATH'] };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuity-source-'));
    source = join(folder, 'source');
    const git = (...args: string[]) => execFileSync('git', args);
    git('init', '--quiet', source);
    git('-C', source, '-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '--allow-empty', '-m', 'x');
    mkdirSync(join(folder, 'places'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  (isRoot ? it : it.skip)('may belong to another user', async () => {
    execFileSync('chown', ['-R', 'nobody', source]);
    const places = describePlaces(join(folder, 'places'));
    const commit = await resolveCommit(source, 'HEAD', environment);
    expect(await checkOut(places, { source, commit, environment })).toBe(join(places.checkouts, commit));
  });

  it('that is none is told by what git says is fatal, not by the advice after it', async () => {
    const places = describePlaces(join(folder, 'places'));
    const nothing = { source: join(folder, 'nothing'), commit: 'a'.repeat(40), environment };
    await expect(checkOut(places, nothing)).rejects.toThrow(/fatal: .*nothing/);
  });
});
