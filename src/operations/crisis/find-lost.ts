import { PathChoice } from '../../archive/path-choice.ts';
import { Failure } from '../../logging/failure.ts';
import type { VaultStatus } from '../../vault/vault-client.ts';
import { find } from '../find.ts';
import type { Platform } from '../platform.ts';
import { listCandidates } from '../recover/choose-archive.ts';
import type { LostPart } from './lost-part.ts';

/** So many archives are looked through: whoever needs an older one asks `find`, which may take its time. */
const LOOKED_THROUGH = 8;

/**
 * The newest instant by which an archive still holds every path that was lost, among the newest few; undefined where
 * none holds them, or nothing lost is a path.
 * @throws Failure where the archives' names cannot be read.
 */
export async function findNewestHolder(
  platform: Platform,
  status: VaultStatus,
  lost: readonly LostPart[],
  before: Date | undefined,
): Promise<Date | undefined> {
  const newest = listCandidates(status, before).slice(0, LOOKED_THROUGH);
  const oldest = newest.at(-1);
  if (!oldest) return undefined;
  const sealed = new Set(newest.map((archive) => archive.sealed));
  let holder: string | undefined;
  for (const { kind, name } of lost) {
    if (kind !== 'path') continue;
    const last = await findLast(platform, PathChoice.parse([name]), { since: new Date(oldest.sealed), before, sealed });
    if (last === undefined) return undefined;
    if (holder === undefined || last < holder) holder = last;
  }
  return holder === undefined ? undefined : new Date(holder);
}

async function findLast(
  platform: Platform,
  choice: PathChoice,
  { since, before, sealed }: { since: Date; before: Date | undefined; sealed: ReadonlySet<string> },
): Promise<string | undefined> {
  const found = await find(platform, { choice, since, ...(before ? { before } : {}) });
  let last: string | undefined;
  try {
    for await (const { versions } of found.names) {
      for (const version of versions) {
        // A safety backup holds what somebody was about to replace.
        if (sealed.has(version.last.sealed) && (last === undefined || version.last.sealed > last))
          last = version.last.sealed;
      }
    }
  } catch (error) {
    // Nothing there: what `find` says at its end.
    if (!(error instanceof Failure && error.kind === 'usage')) throw error;
  } finally {
    await found.close();
  }
  return last;
}
