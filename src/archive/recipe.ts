import { checkExtent } from './extent.ts';
import type { IndexReader, IndexedExtent } from './index-reader.ts';
import type { UnplacedExtent } from './index-writer.ts';

/**
 * How tonight's archive is made from the newest one and from new segments, as lines of JSON in archive order. It is all
 * that is sent besides segments, and holds only what changed.
 */
export type RecipeStep =
  { skip: number } | { keep: number } | { add: NewExtent; from: { segment: number; at: number } | { base: number } };

/** An extent with new lines, whose offsets count from its start. */
export interface NewExtent {
  length: number;
  sha256: string;
  key?: string;
  lines: string[];
}

/** The recipe's first line. */
export interface RecipeHead {
  recipe: 1;
  /** The archive that `skip`, `keep` and `base` speak of, by name and index digest. */
  base?: { name: string; index: string };
  /** Names of the segments, which steps refer to by position. */
  segments: string[];
}

/** Where an extent's bytes are to be taken from. */
export type Origin = { base: number } | { segment: string; at: number };

/** One extent of the archive to be, in order. */
export interface PlannedExtent {
  extent: UnplacedExtent;
  from: Origin;
}

/** Reads the recipe's head; throws a TypeError that says what is wrong. */
export function parseRecipeHead(line: string): RecipeHead {
  const head = JSON.parse(line) as Omit<RecipeHead, 'recipe'> & { recipe: number };
  if (head.recipe !== 1) throw new TypeError('this recipe was made by a newer version of the toolkit');
  if (!Array.isArray(head.segments) || !head.segments.every((name) => typeof name === 'string')) {
    throw new TypeError('the recipe names no segments');
  }
  return { ...head, recipe: 1 };
}

/**
 * Follows a recipe's steps over the base's index and yields every extent of the new archive with the place of its bytes.
 * Throws a TypeError on a step that does not fit the base; the caller names the archive.
 */
export async function* followRecipe(
  segments: readonly string[],
  steps: AsyncIterable<string>,
  base: IndexReader | undefined,
): AsyncGenerator<PlannedExtent, void, undefined> {
  const cursor = base?.entries();
  const nextOfBase = async (): Promise<IndexedExtent> => {
    const result = await cursor?.next();
    if (!result || result.done) throw new TypeError('the recipe asks for more than its base holds');
    return result.value;
  };
  for await (const line of steps) {
    const step = checkStep(JSON.parse(line));
    if ('skip' in step) {
      for (let count = step.skip; count > 0; count--) await nextOfBase();
    } else if ('keep' in step) {
      for (let count = step.keep; count > 0; count--) {
        const { extent, lines } = await nextOfBase();
        yield { extent: { ...extent, lines, origin: extent.offset }, from: { base: extent.offset } };
      }
    } else {
      yield { extent: { ...step.add, origin: 0 }, from: findOrigin(step, segments, base) };
    }
  }
}

function findOrigin(
  { add, from }: Extract<RecipeStep, { add: NewExtent }>,
  segments: readonly string[],
  base: IndexReader | undefined,
): Origin {
  if ('base' in from) {
    const known = base && base.extents.count > 0 ? base.extents.at(base.extents.ordinalAt(from.base)) : undefined;
    if (known?.offset !== from.base || known.length !== add.length || known.sha256 !== add.sha256) {
      throw new TypeError(`the base holds no extent ${add.sha256.slice(0, 12)}… at ${from.base}`);
    }
    return { base: from.base };
  }
  const segment = segments[from.segment];
  if (segment === undefined) throw new TypeError(`the recipe has no segment ${from.segment}`);
  return { segment, at: from.at };
}

function checkStep(raw: unknown): RecipeStep {
  const step = raw as Record<string, unknown>;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  if (isCount(step['skip']) || isCount(step['keep'])) return raw as RecipeStep;
  const { add, from } = step as { add?: NewExtent; from?: Record<string, unknown> };
  if (!add || !from || !Array.isArray(add.lines) || !add.lines.every((line) => typeof line === 'string')) {
    throw new TypeError('the recipe has a step that is none');
  }
  checkExtent({ ...add, offset: 0, entries: add.lines.length });
  if (!isCount(from['base']) && !(isCount(from['segment']) && isCount(from['at']))) {
    throw new TypeError('the recipe has an extent from nowhere');
  }
  return raw as RecipeStep;
}
