import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const script = join(import.meta.dirname, '../../../scripts/release-notes.mjs');
const changelog = `# Changelog

## [Unreleased]

- Not yet.

## [1.2.10] - 2026-02-01

- Ten.

## 1.2.1

### Fixed

- One.

## [1.2.0] - 2026-01-31

[1.2.0]: https://example.org
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'release-'));
  writeFileSync(join(directory, 'CHANGELOG.md'), changelog);
});
afterEach(() => rmSync(directory, { recursive: true }));

function release(tag: string, version: string) {
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ version }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, tag], { cwd: directory, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the notes of a release', () => {
  it("are the version's section of the changelog, with or without brackets and date", () => {
    expect(release('v1.2.1', '1.2.1')).toEqual({ status: 0, stdout: '### Fixed\n\n- One.\n', stderr: '' });
    expect(release('v1.2.10', '1.2.10').stdout).toBe('- Ten.\n');
  });

  it.each([
    ['a tag that is not the version of package.json', 'v1.2.1', '1.2.10', 'package.json says 1.2.10'],
    ['a version that the changelog does not have', 'v1.3.0', '1.3.0', 'no section "## 1.3.0"'],
    ['a section without content', 'v1.2.0', '1.2.0', 'is empty'],
    ['what is no version', 'v1.2', '1.2', 'expected a tag such as v1.2.3'],
  ])('are refused for %s', (_case, tag, version, message) => {
    const { status, stdout, stderr } = release(tag, version);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});
