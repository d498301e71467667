import picomatch from 'picomatch';
import { Failure } from '../logging/failure.ts';
import { findNameFault, isAtOrBelow, withoutSlash } from './entry-names.ts';

const LONGEST_PATH_BYTES = 4096;

/** One path that somebody asked for; where it has letters that are special in globs, both that very name and the glob. */
interface Choice {
  path: Buffer;
  glob?: {
    /** The folder that it begins in; empty: anywhere. */
    base: Buffer;
    /** Whether a name matches, or lies below one that does. */
    matches: (name: string) => boolean;
  };
}

/**
 * Paths and globs of an archive (`uploads/student_0042/portfolio`, `uploads/student_00??`): chosen is what they name, and
 * all that lies below. Entries have their names in the archive, folders with their last slash.
 */
export class PathChoice {
  /** As they were asked for. */
  readonly texts: readonly string[];
  readonly #choices: readonly Choice[];

  private constructor(texts: readonly string[], choices: readonly Choice[]) {
    this.texts = texts;
    this.#choices = choices;
  }

  /**
   * Takes what somebody typed; a slash at the end is no matter. In a glob a backslash takes a letter as it is.
   * @throws Failure `usage` for whatever can be no name in an archive.
   */
  static parse(texts: readonly string[]): PathChoice {
    if (texts.length === 0) throw new Failure('usage', 'no path was given', 'Name one, such as uploads/report.pdf.');
    return new PathChoice(texts, texts.map(parseChoice));
  }

  /** Whether an entry is chosen. */
  includes(name: Buffer): boolean {
    const bare = withoutSlash(name);
    return this.#choices.some(
      ({ path, glob }) =>
        isAtOrBelow(bare, path) || (glob && isWithin(bare, glob.base) && glob.matches(bare.toString('utf8'))),
    );
  }

  /** Whether a folder is chosen, or something below it may be: whoever walks need not look into any other. */
  mayHold(folder: Buffer): boolean {
    const bare = withoutSlash(folder);
    return this.#choices.some(({ path, glob }) =>
      [path, ...(glob ? [glob.base] : [])].some((place) => isWithin(bare, place) || isWithin(place, bare)),
    );
  }
}

/** Whether a name is a folder or lies below it; the empty folder holds everything. */
function isWithin(name: Buffer, folder: Buffer): boolean {
  return folder.length === 0 || isAtOrBelow(name, folder);
}

function parseChoice(text: string): Choice {
  const bare = text.replace(/\/$/, '');
  const path = Buffer.from(bare);
  const fault = findNameFault(path) ?? findTextFault(text);
  if (fault !== undefined) throw refuse(text, fault);
  const { base, glob } = picomatch.scan(bare);
  if (glob === '') return { path };
  return { path, glob: { base: Buffer.from(base), matches: picomatch([bare, `${bare}/**`], { dot: true }) } };
}

/** What a name could hold, and nobody types. */
function findTextFault(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return 'it holds a control character';
  if (Buffer.byteLength(text) > LONGEST_PATH_BYTES) return `it is longer than ${LONGEST_PATH_BYTES} bytes`;
  return undefined;
}

function refuse(text: string, fault: string): Failure {
  return new Failure(
    'usage',
    `${JSON.stringify(text.slice(0, 80))} is no path in an archive: ${fault}`,
    'Paths begin with a source, as ls shows them, such as uploads/student_0042/portfolio.',
  );
}
