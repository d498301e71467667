import type { RecipeHead } from '../../archive/recipe.ts';
import { Failure } from '../../logging/failure.ts';
import type { Role } from '../protocol/words.ts';
import { openArchive, type ArchiveFile } from './archive-file.ts';
import { findNewest } from './greet.ts';
import type { Store } from './layout.ts';
import { listLedgerArchives, type Ledger } from './ledger.ts';
import { allowsBuilding, readVerdict } from './verdicts.ts';

/**
 * Opens the archive that the recipe of `name` builds upon. It must be one of ours, as the ledger knows it, and not known
 * as damaged but for single extents, which `refuseBarred` looks after. A writer's must be the newest besides `name` itself: an older one, taken over into tonight's, would let
 * production read from the newest index which files there were before they were deleted.
 * @throws Failure `refused`; the client then asks for the newest archive again.
 */
export async function openBase(
  { store, role, name }: { store: Store; role: Role; name: string },
  ledger: Ledger,
  named: NonNullable<RecipeHead['base']>,
): Promise<ArchiveFile> {
  const line = listLedgerArchives(ledger).find((known) => known.name === named.name);
  if (line?.action !== 'seal' || line.index !== named.index) {
    throw refuse(`the recipe builds upon ${JSON.stringify(named.name).slice(0, 60)}, which this vault does not hold`);
  }
  if (!allowsBuilding(await readVerdict(store, line.name, line.index)))
    throw refuse(`the recipe builds upon ${line.name}, which is damaged`);
  if (role === 'writer') {
    const newest = await findNewest(store, { ...ledger, lines: ledger.lines.filter((known) => known.name !== name) });
    if (newest?.name !== line.name)
      throw refuse(`the recipe builds upon ${line.name}, which is not the newest archive`);
  }
  const file = await openArchive(store, line.name);
  if (file.sizeBytes === line.size) return file;
  await file.close();
  throw refuse(`the recipe builds upon ${line.name}, which has ${file.sizeBytes} bytes instead of ${line.size}`);
}

function refuse(message: string): Failure {
  return new Failure('refused', message, 'Run the backup again: it begins with the newest good archive.');
}
