import type { RecipeHead } from '../../archive/recipe.ts';
import { Failure } from '../../logging/failure.ts';
import { openArchive, type ArchiveFile } from './archive-file.ts';
import type { Store } from './layout.ts';
import { listLedgerArchives, type Ledger } from './ledger.ts';
import { readVerdict } from './verdicts.ts';

/**
 * Opens the archive that a recipe builds upon. It must be one of ours, as the ledger knows it, and not known as damaged.
 * @throws Failure `refused`; the client then asks for the newest archive again.
 */
export async function openBase(
  store: Store,
  ledger: Ledger,
  named: NonNullable<RecipeHead['base']>,
): Promise<ArchiveFile> {
  const line = listLedgerArchives(ledger).find(({ name }) => name === named.name);
  if (line?.action !== 'seal' || line.index !== named.index) {
    throw refuse(`the recipe builds upon ${JSON.stringify(named.name).slice(0, 60)}, which this vault does not hold`);
  }
  const verdict = await readVerdict(store, line.name, line.index);
  if (verdict && !verdict.isSound) throw refuse(`the recipe builds upon ${line.name}, which is damaged`);
  const file = await openArchive(store, line.name);
  if (file.sizeBytes === line.size) return file;
  await file.close();
  throw refuse(`the recipe builds upon ${line.name}, which has ${file.sizeBytes} bytes instead of ${line.size}`);
}

function refuse(message: string): Failure {
  return new Failure('refused', message, 'Run the backup again: it begins with the newest good archive.');
}
