import { Failure } from '../../logging/failure.ts';
import type { ComposeService } from '../../sources/compose/compose-model.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import {
  inspectServices,
  listServiceContainers,
  type ServiceContainer,
} from '../../sources/compose/service-containers.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import type { HaltedContainer } from './halted-record.ts';

/** What there is of halted services. */
export interface HaltedLook {
  readonly present: readonly ServiceContainer[];
  readonly services: readonly ComposeService[];
  /** Why the compose files do not tell what else there is: containers made anew, and who depends on whom. */
  readonly unknown?: string;
}

/**
 * Looks for halted containers as the compose project has them; where its files cannot be read, by their ids alone: a
 * mistake in a compose file is no reason to leave the platform down.
 * @throws Failure where docker is not there.
 */
export async function lookAtHalted(platform: Platform, halted: readonly HaltedContainer[]): Promise<HaltedLook> {
  try {
    const project = { ...openProject(platform), isDetached: true };
    const present = await listServiceContainers(project);
    return { present, services: (await readComposeModel(project)).services };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const ids = halted.map(({ id }) => id);
    const present = await inspectServices({ environment: platform.environment, isDetached: true }, ids);
    platform.logger.warning(`${error.message}: what was halted is looked for by the ids of its containers.`);
    return { present, services: [], unknown: error.message };
  }
}
