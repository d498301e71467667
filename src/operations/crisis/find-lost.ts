import { PathChoice } from '../../archive/path-choice.ts';
import { Failure } from '../../logging/failure.ts';
import type { VaultStatus } from '../../vault/vault-client.ts';
import { find } from '../find.ts';
import type { Platform } from '../platform.ts';
import { listCandidates } from '../recover/choose-archive.ts';
import type { LostPart } from './lost-part.ts';

/** So many archives are looked through: whoever needs an older one asks `find`, which may take its time. */
const LOOKED_THROUGH = 8;

/** Archives that hold something at every path that was lost. */
export interface Holders {
  names: ReadonlySet<string>;
  /** When the newest of them was sealed. */
  newest: Date;
}

/**
 * Those of the newest few archives that a recovery may choose from; undefined where none holds something at every path.
 * @throws Failure where the archives' names cannot be read.
 */
export async function findHolders(
  platform: Platform,
  status: VaultStatus,
  paths: readonly LostPart[],
  before: Date | undefined,
): Promise<Holders | undefined> {
  const looked = listCandidates(status, before).slice(0, LOOKED_THROUGH);
  let names: ReadonlySet<string> = new Set(looked.map(({ name }) => name));
  for (const { name } of paths) {
    if (names.size > 0) names = await findHolding(platform, PathChoice.parse([name]), names);
  }
  const newest = looked.find(({ name }) => names.has(name));
  return newest && { names, newest: new Date(newest.sealed) };
}

/** Those of `archives` that hold something there. */
async function findHolding(
  platform: Platform,
  choice: PathChoice,
  archives: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const found = await find(platform, { choice, archives });
  const names = found.archives.map(({ name }) => name);
  const holding = new Set<string>();
  try {
    for await (const { versions } of found.names) {
      for (const { first, last } of versions) {
        for (const name of names.slice(names.indexOf(first.name), names.indexOf(last.name) + 1)) holding.add(name);
      }
    }
  } catch (error) {
    // Nothing there: what `find` says at its end.
    if (!(error instanceof Failure && error.kind === 'usage')) throw error;
  } finally {
    await found.close();
  }
  return holding;
}
