import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { chooseParts, type Choice } from './choose.ts';
import type { RestoreStep } from './rates.ts';
import { planRestore } from './plan-restore.ts';
import type { RestorePlan } from './restore-plan.ts';
import { warnOfUnfinished } from './unfinished.ts';

/**
 * Says what a restore would do. Nothing is changed, so nothing is locked: a backup may run meanwhile, and who looks at a
 * plan holds up nobody.
 */
export async function planOnly(
  platform: Platform,
  archive: OpenArchive,
  choice: Choice,
  leftOut: readonly RestoreStep[] = [],
): Promise<RestorePlan> {
  const manifest = await archive.manifest();
  const lists = await mkdtemp(join(platform.temporary ?? tmpdir(), 'continuity-plan-'));
  try {
    const plan = await planRestore(platform, archive, manifest, await chooseParts(archive, manifest, choice), {
      workDirectory: lists,
      leftOut,
    });
    plan.warnings.unshift(...(await warnOfUnfinished(platform)));
    return plan;
  } finally {
    await rm(lists, { recursive: true, force: true });
  }
}
