import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { IndexedExtent } from './index-reader.ts';
import { IndexWriter } from './index-writer.ts';
import type { RecipeHead, RecipeStep } from './recipe.ts';

/** Writes the recipe and, step by step with it, the index of the archive that the recipe will give. */
export class RecipeRecorder {
  readonly #stepsPath: string;
  readonly #steps: WriteStream;
  readonly #index: IndexWriter;
  #failure: { error: unknown } | undefined;
  /** Extents of the base that the written steps have passed. */
  #position = 0;
  #kept = 0;

  private constructor(stepsPath: string, index: IndexWriter) {
    this.#stepsPath = stepsPath;
    this.#steps = createWriteStream(stepsPath, { flags: 'wx', mode: 0o600 });
    // A full disk shows here, maybe while nobody waits for the stream: the next step is told.
    this.#steps.on('error', (error) => (this.#failure ??= { error }));
    this.#index = index;
  }

  static async create(directory: string): Promise<RecipeRecorder> {
    return new RecipeRecorder(`${directory}/recipe.steps`, await IndexWriter.create(`${directory}/stargz.index.json`));
  }

  /** Takes over an extent of the base, the `ordinal`-th, as it is. Ordinals grow from call to call. */
  async keep(ordinal: number, { extent, lines }: IndexedExtent): Promise<void> {
    if (ordinal > this.#position) {
      await this.#flushKept();
      await this.#write({ skip: ordinal - this.#position });
    }
    this.#position = ordinal + 1;
    this.#kept++;
    await this.#index.place({ ...extent, lines, origin: extent.offset });
  }

  /** Adds an extent with new lines, whose bytes are in a segment or elsewhere in the base. */
  async add(step: Extract<RecipeStep, { add: unknown }>): Promise<void> {
    await this.#flushKept();
    await this.#write(step);
    await this.#index.place({ ...step.add, origin: 0 });
  }

  /** Writes the recipe, compressed, and the index; sizes in bytes. */
  async finish(
    head: RecipeHead,
    recipePath: string,
  ): Promise<{ index: string; indexBytes: number; extentBytes: number }> {
    await this.#flushKept();
    if (this.#failure) throw this.#failure.error;
    this.#steps.end();
    await finished(this.#steps);
    const stepsPath = this.#stepsPath;
    await pipeline(
      async function* () {
        yield `${JSON.stringify(head)}\n`;
        yield* createReadStream(stepsPath);
      },
      createGzip(),
      createWriteStream(recipePath, { flags: 'wx', mode: 0o600 }),
    );
    await rm(stepsPath);
    const extentBytes = this.#index.endOffset;
    const { sha256, sizeBytes } = await this.#index.finish();
    return { index: sha256, indexBytes: sizeBytes, extentBytes };
  }

  /** Closes and removes what will not be finished. */
  async abandon(): Promise<void> {
    this.#steps.destroy();
    await this.#index.discard();
  }

  async #flushKept(): Promise<void> {
    if (this.#kept > 0) await this.#write({ keep: this.#kept });
    this.#kept = 0;
  }

  async #write(step: RecipeStep): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (!this.#steps.write(`${JSON.stringify(step)}\n`)) await once(this.#steps, 'drain');
  }
}
