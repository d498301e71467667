import type { ComposeRecord, ImageRecord } from '../../archive/manifest.ts';
import { messageOf } from '../../logging/failure.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { findUncovered } from './find-uncovered.ts';
import { findUnread } from './find-unread.ts';
import { listImages } from './list-images.ts';
import { readStack } from './read-stack.ts';

/** What an archive says of the compose project that it was made from. */
export interface StackReport {
  readonly compose?: ComposeRecord;
  readonly images?: Record<string, ImageRecord>;
  /** What no archive will hold, each with what to do; or that this could not be found out. */
  readonly warnings: readonly string[];
}

export interface StackInspection {
  /** Never rejects: no backup fails for it. */
  readonly report: Promise<StackReport>;
  /** Ends what docker was asked and has not answered yet. */
  stop(): void;
}

/** Longer than this docker is not waited for. */
const timeoutMs = 30_000;

/** Looks at the compose project while other things go on. Without one there is nothing to report. */
export function startStackInspection(platform: Platform): StackInspection {
  const abort = new AbortController();
  const report = inspectStack(platform, abort.signal).catch((error: unknown): StackReport => {
    const why = messageOf(error);
    return { warnings: [`whether continuity.yml covers all of the compose project could not be checked: ${why}`] };
  });
  return { report, stop: () => abort.abort() };
}

async function inspectStack(platform: Platform, signal: AbortSignal): Promise<StackReport> {
  if (!platform.config.compose) return { warnings: [] };
  const project = openProject(platform);
  const options = { signal, timeoutMs };
  const stack = await readStack(project, options);
  const [{ uncovered }, unread, images] = await Promise.all([
    findUncovered(platform, stack),
    findUnread(project, stack.state),
    listImages(stack, project, options),
  ]);
  const version = stack.state.containers[0]?.composeVersion ?? '';
  return {
    compose: { project: project.project ?? stack.model.project ?? '', ...(version === '' ? {} : { version }) },
    images,
    warnings: [...unread, ...uncovered].map(({ message, next }) => `${message}. ${next}`),
  };
}
