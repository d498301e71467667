import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkConfiguration } from '../../../src/operations/doctor/check-configuration.ts';

describe('the configuration that doctor looks at', () => {
  let folder: string;
  let root: string;
  let provisioned: string;
  let repository: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
    root = join(folder, 'srv');
    provisioned = join(folder, 'etc.yml');
    repository = join(root, 'continuity.yml');
    mkdirSync(root);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is fine where it is the only one, or the other one says the same', async () => {
    writeFileSync(provisioned, 'root: /srv\n');
    const alone = [{ state: 'ok', message: provisioned }];
    expect(await checkConfiguration({ file: provisioned, root }, provisioned)).toMatchObject(alone);
    writeFileSync(repository, 'root: /srv\n');
    expect(await checkConfiguration({ file: provisioned, root }, provisioned)).toMatchObject(alone);
    expect(await checkConfiguration({ file: repository, root }, provisioned)).toMatchObject([{ state: 'ok' }]);
  });

  it('is a warning where cron would read another one than people do, whichever was read now', async () => {
    writeFileSync(provisioned, 'root: /srv\n');
    writeFileSync(repository, 'root: /srv\nfiles: []\n');
    for (const [file, other] of [
      [provisioned, repository],
      [repository, provisioned],
    ] as const) {
      const findings = await checkConfiguration({ file, root }, provisioned);
      expect(findings).toMatchObject([
        { state: 'warning', message: expect.stringMatching(new RegExp(`${file},.* and ${other}$`)) },
      ]);
      expect(findings[0]?.next).toContain(`the timer read ${provisioned}`);
    }
  });
});
