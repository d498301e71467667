import { Failure } from '../../../logging/failure.ts';
import { writeMark } from './derive-workflow.ts';
import { programPath } from './installed-paths.ts';
import type { ToolkitIdentity } from './toolkit.ts';

/**
 * An application's check of pull requests: that continuity.yml is valid and covers the compose file, and that workflows
 * and bundles are what one version wrote. Needs the application's clone alone. `source` is any workflow of the toolkit
 * that checks out: its pin is taken over.
 */
export function writePullRequestWorkflow(source: string, toolkit: ToolkitIdentity): string {
  const checkout = /actions\/checkout@[0-9a-f]{40} # v[0-9.]+/.exec(source)?.[0];
  if (checkout === undefined) {
    throw new Failure(
      'failed',
      "the toolkit's workflows pin no actions/checkout",
      'Use a released version of the toolkit.',
    );
  }
  return `${writeMark(toolkit)}# What every change must pass before it is merged. Only on GitHub's runners: a pull request can hold any code, and the
# production runner is root there. Require the one check \`Continuity checks\` in the rules of main and develop.
name: Continuity pull request

on:
  pull_request:
    branches: [develop, main]

permissions: {}

# A newer push makes the older run pointless.
concurrency:
  group: continuity-pull-request-\${{ github.ref }}
  cancel-in-progress: true

jobs:
  adoption:
    name: Configuration, workflows and bundles
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - name: Check out
        uses: ${checkout}
        with:
          persist-credentials: false
      # Node is on GitHub's runners; the bundle is in the repository.
      - name: Check continuity.yml against the compose file, and workflows and bundles against their version
        run: node ${programPath} init --check

  all-checks:
    name: Continuity checks
    needs: [adoption]
    # Without this, a failure above would skip this job, and a skipped check counts as passed.
    if: always()
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions: {}
    steps:
      - name: Require every check
        env:
          RESULTS: \${{ join(needs.*.result, ' ') }}
        run: |
          for result in $RESULTS; do
            if [ "$result" != success ]; then
              echo "::error::Not every check passed: $RESULTS"
              exit 1
            fi
          done
`;
}
