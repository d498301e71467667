#!/usr/bin/env bash
# Fails where what is committed is not what the sources give: removes everything that is generated, builds it anew, and
# asks git. New and missing files count as well.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

rm -rf scripts/dist actions/*/dist continuity.schema.json
node scripts/build.mjs
generated=(scripts/dist ':(glob)actions/*/dist/**' continuity.schema.json README.md)
changes="$(git status --porcelain --untracked-files=all -- "${generated[@]}")"
if [ -n "$changes" ]; then
  printf 'check:dist: error: what is generated differs from what is committed:\n%s\n' "$changes" >&2
  printf 'check:dist: next: npm run build, and commit the result\n' >&2
  exit 1
fi
printf 'check:dist: what is committed is what is built\n'
