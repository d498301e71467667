// Looks for secrets in what git tracks, bundles included, and fails where it finds one. In any git repository:
// node scripts/scan-secrets.mjs [DIRECTORY]. What is found is never printed beyond its first characters.
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { judgePath } from './secret-scan/paths.mjs';
import { scanText } from './secret-scan/scan-text.mjs';

const directory = process.argv[2] ?? '.';
try {
  const paths = listTracked(directory);
  const findings = paths.flatMap((path) => scanFile(directory, path));
  for (const finding of findings) process.stderr.write(`${describe(finding)}\n`);
  if (findings.length === 0) process.stdout.write(`check:secrets: no secret in ${paths.length} tracked files\n`);
  else {
    process.stderr.write(`check:secrets: ${findings.length} finding(s) in ${paths.length} tracked files\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`check:secrets: error: ${error.message}\n`);
  process.exitCode = 2;
}

/** Paths as git writes them. Fails where there is no repository, or nothing in it: a scan of nothing proves nothing. */
function listTracked(root) {
  const git = spawnSync('git', ['-C', root, 'ls-files', '-z'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (git.status !== 0) throw new Error(`git cannot list the files of ${root}: ${git.error?.message ?? git.stderr}`);
  const paths = git.stdout.split('\0').filter((path) => path !== '');
  if (paths.length === 0) throw new Error(`git tracks no file in ${root}: there is nothing to scan`);
  return paths;
}

function scanFile(root, path) {
  const text = readText(join(root, path));
  // A file that was removed and not yet committed so; a submodule, which is its own repository.
  if (text === undefined) return [];
  return [...judgePath(path), ...scanText(path, text)].map((finding) => ({ path, ...finding }));
}

/** The file as text, a link's target for a link; `undefined` where there is neither. */
function readText(path) {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink()) return readlinkSync(path);
  if (!stats?.isFile()) return undefined;
  return decodeText(readFileSync(path));
}

/** UTF-16 is what PowerShell's `>` and Notepad's "Unicode" write, either byte first; it begins with a mark. */
function decodeText(bytes) {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark === 0xfffe) return bytes.toString('utf16le');
  if (mark === 0xfeff)
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8');
}

function describe({ path, line, kind, value, next }) {
  // Not more than a quarter of a short one.
  const start = value === undefined ? '' : value.slice(0, Math.min(4, Math.floor(value.length / 4)));
  // A name may hold anything, a line break and escape sequences included.
  const place = /^[\x20-\x7e]+$/.test(path) ? path : JSON.stringify(path);
  return `${place}:${line}: ${kind}${start === '' ? '' : ` (begins ${JSON.stringify(start)})`}\n  next: ${next}`;
}
