// Prints the notes of a release: its section of CHANGELOG.md. Refuses a tag that is not the version of package.json, and
// a version that the changelog says nothing of. In the repository's root: node scripts/release-notes.mjs v1.2.3
import { readFileSync } from 'node:fs';

const tag = process.argv[2] ?? '';
try {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  process.stdout.write(`${selectNotes(readFileSync('CHANGELOG.md', 'utf8'), checkTag(tag, version))}\n`);
} catch (error) {
  process.stderr.write(`release: error: ${error.message}\nrelease: nothing was published\n`);
  process.exitCode = 1;
}

/** The version that a tag stands for, which has to be the one that is released. */
function checkTag(tag, version) {
  if (!/^v\d+\.\d+\.\d+$/.test(tag)) throw new Error('expected a tag such as v1.2.3');
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, package.json says ${version}`);
  return version;
}

/** What stands between the heading of a version, `## [1.2.3] - 2026-01-31` or `## 1.2.3`, and the next. */
function selectNotes(changelog, version) {
  const lines = changelog.split(/\r?\n/);
  const start = lines.findIndex((line) => /^## /.test(line) && line.split(/[\s[\]]+/)[1] === version);
  if (start === -1) throw new Error(`CHANGELOG.md has no section "## ${version}": rename "Unreleased" before tagging`);
  const length = lines.slice(start + 1).findIndex((line) => /^## |^\[[^\]]+\]: /.test(line));
  const notes = lines
    .slice(start + 1, length === -1 ? undefined : start + 1 + length)
    .join('\n')
    .trim();
  if (notes === '') throw new Error(`the section "## ${version}" of CHANGELOG.md is empty`);
  return notes;
}
