import picomatch from 'picomatch';
import { showName, withoutSlash } from '../../archive/entry-names.ts';
import { DUMP_FOLDER } from '../../archive/layout.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import type { ForeignConfig, ForeignDatabase, ForeignFiles } from '../../config/foreign.ts';
import { Failure } from '../../logging/failure.ts';
import { dumpNameOf } from '../backup/dump-name.ts';

/** A dump in an archive that we did not make, and what it is to us. */
export interface PlacedDump {
  source: string;
  /** Its name on the server. */
  database: string;
  /** As our archives key it: `app`, `odoo.school`. */
  key: string;
  /** Its name in the archive. */
  name: Buffer;
}

/** The folder of a file source in such an archive; without a slash at its end. */
export interface PlacedFiles {
  source: string;
  folder: Buffer;
}

/** Where an archive that we did not make has what is configured here, by the globs of `foreign:`. */
export class ForeignLayout {
  readonly dumps: readonly PlacedDump[];
  readonly files: readonly PlacedFiles[];
  /** What none of the globs of a configured source found: `databases.odoo`, `files.uploads`. */
  readonly absent: readonly string[];
  readonly #dumpsByName: ReadonlyMap<string, string>;

  constructor(dumps: readonly PlacedDump[], files: readonly PlacedFiles[], absent: readonly string[]) {
    this.dumps = dumps;
    this.files = files;
    this.absent = absent;
    this.#dumpsByName = new Map(dumps.map(({ name, key }) => [name.toString('latin1'), nameOfDump(key)]));
  }

  isDump(name: Buffer): boolean {
    return this.#dumpsByName.has(name.toString('latin1'));
  }

  /** The source that an entry belongs to; undefined where it is a dump, or nothing of ours. */
  sourceOf(name: Buffer): PlacedFiles | undefined {
    return this.files.find(({ folder }) => isBelow(name, folder));
  }

  /**
   * The name of an entry as our archives have it, or its own where it is nothing of ours; undefined where it has the
   * place of something that is.
   */
  rename(name: Buffer): Buffer | undefined {
    const dump = this.#dumpsByName.get(name.toString('latin1'));
    if (dump !== undefined) return Buffer.from(dump);
    const place = this.sourceOf(name);
    if (place) return Buffer.concat([Buffer.from(place.source), name.subarray(place.folder.length)]);
    return this.#isTaken(name) ? undefined : name;
  }

  #isTaken(name: Buffer): boolean {
    const text = withoutSlash(name).toString('latin1');
    return (
      this.files.some(({ source }) => text === source || text.startsWith(`${source}/`)) ||
      [...this.#dumpsByName.values()].some((dump) => text === dump || text.startsWith(`${dump}/`))
    );
  }
}

/** Where our archives have a dump. */
export function nameOfDump(key: string): string {
  return `${DUMP_FOLDER}${key}.sql`;
}

/** Below a folder, or the folder itself with its slash. */
function isBelow(name: Buffer, folder: Buffer): boolean {
  return name.length > folder.length && name[folder.length] === 0x2f && name.subarray(0, folder.length).equals(folder);
}

/** Finds the layout while the lines of an archive pass. */
export class LayoutFinder {
  readonly #archive: string;
  readonly #databases: { of: ForeignDatabase; matchers: Matcher[] }[];
  readonly #files: { of: ForeignFiles; matchers: Matcher[] }[];

  constructor(archive: string, { databases, files }: ForeignConfig) {
    this.#archive = archive;
    this.#databases = databases.map((of) => ({ of, matchers: of.patterns.map(matcherOf) }));
    this.#files = files.map((of) => ({ of, matchers: of.patterns.map(matcherOf) }));
  }

  see({ name, type }: TocLine): void {
    if (type !== 'dir' && type !== 'reg') return;
    const bare = withoutSlash(name);
    const text = bare.toString('utf8');
    for (const { matchers } of type === 'dir' ? this.#files : this.#databases) {
      for (const { matches, found } of matchers) if (found.length < 2 && matches(text)) found.push(bare);
    }
  }

  /** @throws Failure `refused` where a glob fits two names, or one name is to be two things. */
  finish(): ForeignLayout {
    const dumps: PlacedDump[] = [];
    const files: PlacedFiles[] = [];
    const absent: string[] = [];
    for (const { of, matchers } of this.#databases) {
      const name = this.#choose(`databases.${of.source}`, matchers);
      if (name) dumps.push(placeDump(of, name));
      else absent.push(`databases.${of.source}${of.isOneOfMany && of.database ? ` (${of.database})` : ''}`);
    }
    for (const { of, matchers } of this.#files) {
      const name = this.#choose(`files.${of.source}`, matchers);
      if (name) files.push({ source: of.source, folder: name });
      else absent.push(`files.${of.source}`);
    }
    this.#refuseShared(dumps, files);
    return new ForeignLayout(dumps, files, absent);
  }

  #choose(source: string, matchers: readonly Matcher[]): Buffer | undefined {
    const [first, second] = matchers.find(({ found }) => found.length > 0)?.found ?? [];
    if (!first || !second) return first;
    throw new Failure(
      'refused',
      `${this.#archive} has two things that could be ${source}: ${showName(first)} and ${showName(second)}`,
      `Put a narrower glob first in foreign.${source} of continuity.yml: nothing was changed.`,
    );
  }

  #refuseShared(dumps: readonly PlacedDump[], files: readonly PlacedFiles[]): void {
    const keys = new Set<string>();
    for (const { key, name } of dumps) {
      if (!keys.has(key)) keys.add(key);
      else throw this.#refuse(`two dumps for ${key}`, name);
    }
    const names = new Set<string>();
    for (const name of [...dumps.map((dump) => dump.name), ...files.map(({ folder }) => folder)]) {
      const isShared = names.has(name.toString('latin1')) || files.some(({ folder }) => isBelow(name, folder));
      if (isShared) throw this.#refuse('one thing that is to be two', name);
      names.add(name.toString('latin1'));
    }
  }

  #refuse(what: string, name: Buffer): Failure {
    const message = `by foreign: of continuity.yml ${this.#archive} has ${what}: ${showName(name)}`;
    return new Failure('refused', message, 'Correct the globs there: nothing was changed.');
  }
}

interface Matcher {
  matches: (text: string) => boolean;
  /** Two at most: that there is more than one is all that matters. */
  found: Buffer[];
}

function matcherOf(glob: string): Matcher {
  return { matches: picomatch(glob, { dot: true }), found: [] };
}

function placeDump(of: ForeignDatabase, name: Buffer): PlacedDump {
  const { source } = of;
  const stem = (name.toString('utf8').split('/').at(-1) ?? '').replace(/\.sql$/, '');
  const database = of.database ?? stem;
  const key = dumpNameOf({ name: source, database: of.isOneOfMany ? 'all' : database }, database);
  return { source, database, key, name };
}
