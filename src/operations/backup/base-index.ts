import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { IndexReader } from '../../archive/index-reader.ts';
import { Failure } from '../../logging/failure.ts';
import type { VaultClient } from '../../vault/vault-client.ts';

/** Enough for the archives that an operator compares; an index has a few hundred bytes a file. */
const KEPT_INDEXES = 8;
const SUFFIX = '.index.json';

/** Local copies of indexes, by digest. A copy is only a cache: it is used when its digest is the one that was asked for. */
export class IndexCache {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'cache');
  }

  /** The index of an archive as a local file, from the cache or from the vault. */
  async obtain(vault: VaultClient, archive: { name: string; index: string }): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = this.#pathOf(archive.index);
    if ((await digestOf(path)) === archive.index) {
      await utimes(path, new Date(), new Date());
      return path;
    }
    // A name of its own: whoever only looks takes no lock, and may fetch the same index at the same time.
    const temporary = `${path}.${randomUUID()}.part`;
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(await vault.readIndex(archive.name), hashing, createWriteStream(temporary, { mode: 0o600 }));
      if (hash.digest('hex') !== archive.index) {
        throw new Failure(
          'damaged',
          `the index of ${archive.name} that ${vault.label} sent is not the one that was sealed`,
          `Run verify ${archive.name} --level full; another archive can be used meanwhile.`,
        );
      }
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
    return path;
  }

  /** Whether there is a copy by that name; whether it is whole, `obtain` finds out. */
  async holds(index: string): Promise<boolean> {
    return (await timeOf(this.#pathOf(index))) > 0;
  }

  /** Opens a cached index for reading. */
  async open(path: string): Promise<IndexReader> {
    return await IndexReader.open(createReadStream(path, { highWaterMark: 1024 * 1024 }));
  }

  /** Takes tonight's index into the cache; those that were used longest ago make room. */
  async add(path: string, index: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await rename(path, this.#pathOf(index));
    // What was left half fetched goes as well; the catalogue of all archives lies there, too, and stays.
    const names = (await readdir(this.#directory)).filter((name) => name.includes(SUFFIX));
    const used = await Promise.all(
      names.map(async (name) => ({ name, time: await timeOf(join(this.#directory, name)) })),
    );
    const old = used.sort((a, b) => b.time - a.time).slice(KEPT_INDEXES);
    for (const { name } of old) await rm(join(this.#directory, name), { force: true });
  }

  #pathOf(index: string): string {
    return join(this.#directory, `${index}${SUFFIX}`);
  }
}

/** When a file was last used, in milliseconds since 1970; 0 for one that went meanwhile. */
async function timeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
