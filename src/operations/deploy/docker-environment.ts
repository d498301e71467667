import type { Environment } from '../../system/run-command.ts';

/** Names the folder of a deployment in every program that it starts: what a killed one has left is found by it. */
export const DEPLOY_VARIABLE = 'CONTINUITY_DEPLOY';

/** The last two are how a step, and the runner after it, finds the programs that it has to end. */
const passed =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS_VERIFY|BUILDKIT|DEFAULT_PLATFORM)|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|CONTINUITY_STEP|RUNNER_TRACKING_ID)$/;

/**
 * What docker and git are given of a run's environment. A commit's compose file can ask for any variable that is here,
 * and the tokens of the run are none of its business.
 */
export function pickEnvironment(environment: Environment, variables: Environment): Environment {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => passed.test(name))),
    ...variables,
  };
}
