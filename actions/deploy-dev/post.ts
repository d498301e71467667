import * as core from '@actions/core';
import { messageOf } from '../../src/logging/failure.ts';
import { repairDeployment } from '../../src/operations/repair-deployment.ts';
import { summarizeRepair } from '../../src/report/summary/repair-summary.ts';
import { createActionsLogger } from '../frame/actions-logger.ts';
import { cleanUp } from '../frame/clean-up.ts';
import { Inputs, takeInputs } from '../frame/inputs.ts';
import { Redactor } from '../frame/redactor.ts';
import { writeSummary } from '../frame/step-files.ts';
import { readHost, readRequest } from './request.ts';

// The post step: a cancelled run is killed ten seconds after it was told to end, which is too short for going back to
// the commit before. GitHub leaves its post step five minutes: here that is done. What even this does not bring to an
// end is left to the next deployment.
cleanUp();
const redactor = new Redactor((form) => core.setSecret(form));
const redact = (text: string) => redactor.redact(text);
const logger = createActionsLogger({ title: 'Continuity deploy-dev', redact });
try {
  const inputs = new Inputs(takeInputs(process.env), (secret) => redactor.add(secret));
  const context = { inputs, environment: { ...process.env }, logger };
  const request = readRequest(context);
  const config = await readHost(context);
  const repair = await repairDeployment({ ...request, config }).catch((error: unknown) => {
    logger.warning(`what the run left was not repaired, the next deployment tries again: ${messageOf(error)}`);
  });
  if (repair) writeSummary(summarizeRepair(repair), redact);
} catch (error) {
  // What is wrong with the inputs was said by the main step.
  logger.debug(`the post step did not repair: ${messageOf(error)}`);
}
logger.close();
