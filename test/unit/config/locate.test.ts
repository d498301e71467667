import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findHostConfig } from '../../../src/config/locate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-locate-'));
  mkdirSync(join(folder, 'commit'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the configuration of a host on which a commit is checked out', () => {
  it("is the host's own before the commit's", async () => {
    const [hosts, commits] = [join(folder, 'continuity.yml'), join(folder, 'commit', 'continuity.yml')];
    const find = () => findHostConfig(join(folder, 'commit'), hosts);
    expect(await find()).toBeUndefined();
    writeFileSync(commits, '');
    expect(await find()).toBe(commits);
    writeFileSync(hosts, '');
    expect(await find()).toBe(hosts);
  });
});
