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
    /** Whether a folder may hold what matches, as far as its name tells. */
    mayHold: (name: string) => boolean;
  };
}

/**
 * A `!` at the beginning is a letter like any other: nobody who names paths means all but one. A `*` stands for whatever a
 * name may hold, line breaks too.
 */
const GLOBS = { dot: true, nonegate: true, noextglob: true, flags: 's' };

/** More of them in one glob, and a name made for it could keep its search busy for minutes, or for ever. */
const MOST = { furtherStars: 2, globstars: 2, braces: 2 };

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

  /** Each path for itself. */
  apart(): PathChoice[] {
    return this.#choices.map((choice, position) => new PathChoice([this.texts[position] ?? ''], [choice]));
  }

  /** Printed as JSON, the paths as they were asked for. */
  toJSON(): readonly string[] {
    return this.texts;
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
    const isOnTheWay = (place: Buffer): boolean => isWithin(bare, place) || isWithin(place, bare);
    return this.#choices.some(
      ({ path, glob }) => isOnTheWay(path) || (glob && isOnTheWay(glob.base) && glob.mayHold(bare.toString('utf8'))),
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
  const pattern = escapeOthers(bare);
  const { base, glob } = picomatch.scan(pattern, { ...GLOBS, unescape: true });
  if (glob === '') return { path };
  const wild = findWildFault(pattern);
  if (wild !== undefined) throw refuse(text, wild);
  const matches = matchWithin(picomatch(pattern, GLOBS));
  return { path, glob: { base: Buffer.from(base), matches, mayHold: matchFolders(pattern, matches) } };
}

/** Parentheses, `+` and `|` are letters of names here (`photo (1)*.jpg`), not the regular expression's. */
function escapeOthers(text: string): string {
  return text.replace(/\\.|[()+|]/gs, (found) => (found.length > 1 ? found : `\\${found}`));
}

function findWildFault(pattern: string): string | undefined {
  const bare = pattern.replace(/\\./gs, '');
  const countOf = (text: string, sign: RegExp): number => text.match(sign)?.length ?? 0;
  // Braces may hold slashes: then all of it counts as one name.
  const names = bare.includes('{') ? [bare.replace(/(^|\/)\*\*(?=\/|$)/g, '$1')] : bare.split('/');
  const stars = names.filter((name) => name !== '**').map((name) => countOf(name, /\*+/g));
  // A second star in a name has as many places to begin as the name has letters, and those of all names multiply.
  if (stars.reduce((sum, count) => sum + Math.max(0, count - 1), 0) > MOST.furtherStars)
    return `as a glob it has more than ${MOST.furtherStars} "*" beyond the first of each name`;
  if (bare.split('/').filter((name) => name === '**').length > MOST.globstars)
    return `as a glob it has more than ${MOST.globstars} "**"`;
  if (countOf(bare, /\{/g) > MOST.braces) return `as a glob it has more than ${MOST.braces} "{"`;
  return undefined;
}

/** A name is chosen with each folder above it, whatever it looks like itself. */
function matchWithin(matches: (name: string) => boolean): (name: string) => boolean {
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
      if (matches(name.slice(0, end))) return true;
    }
    return false;
  };
}

/**
 * Judges folders by as many components as the glob has before its first `**`: whoever looks for `uploads/*\/portfolio`
 * need not look into `uploads/x/photos`. Braces may hold slashes: with them, every folder may do.
 */
function matchFolders(glob: string, matches: (name: string) => boolean): (name: string) => boolean {
  if (glob.includes('{')) return () => true;
  const components = glob.split('/');
  const open = components.findIndex((component) => component.includes('**'));
  const judged = open === -1 ? components.length : open;
  const beginnings = components
    .slice(0, judged)
    .map((_, last) => picomatch(components.slice(0, last + 1).join('/'), GLOBS));
  return (name) => {
    const names = name.split('/');
    if (open === -1 && names.length >= judged) return matches(name);
    const depth = Math.min(names.length, judged);
    return depth === 0 || (beginnings[depth - 1]?.(names.slice(0, depth).join('/')) ?? true);
  };
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
