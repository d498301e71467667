import { formatTime } from '../logging/format-time.ts';
import { printable } from '../logging/printable.ts';
import { countOf, formatBytes, formatCount } from '../logging/quantity-text.ts';
import type { Found, FoundName, FoundVersion, SearchedArchive } from '../operations/find.ts';
import { restoreLine } from './restore-line.ts';
import { formatTable } from './table.ts';

/** So much is shown of what was found, unless all is asked for. */
const SHOWN_NAMES = 40;
const SHOWN_VERSIONS = 20;
const DIGITS = 12;

/** Shows what a search finds, name by name as it is found: there may be a million. Times of `timezone`. */
export class FindReport {
  readonly #found: Pick<Found, 'archives' | 'unread'>;
  readonly #path: string;
  readonly #showsAll: boolean;
  readonly #timezone: string | undefined;
  readonly #places: ReadonlyMap<string, number>;
  #names = 0;
  #newest: SearchedArchive | undefined;

  constructor(
    found: Pick<Found, 'archives' | 'unread'>,
    { path, showsAll, timezone }: { path: string; showsAll: boolean; timezone?: string },
  ) {
    this.#found = found;
    this.#path = path;
    this.#showsAll = showsAll;
    this.#timezone = timezone;
    this.#places = new Map(found.archives.map(({ name }, place) => [name, place]));
  }

  /** One name with its versions, newest first; nothing where enough is shown. */
  show({ name, versions }: FoundName): string | undefined {
    this.#noteNewest(versions);
    if (++this.#names > SHOWN_NAMES && !this.#showsAll) return undefined;
    const shown = this.#showsAll ? versions : versions.slice(0, SHOWN_VERSIONS);
    const next = versions[0] && this.#found.archives[this.#placeOf(versions[0].last) + 1];
    return [
      printable(name),
      ...(next ? [`  gone since ${next.name}`] : []),
      indent(
        formatTable(
          shown.map((version) => this.#describe(version)),
          [1, 2],
        ),
      ),
      ...(shown.length < versions.length ? [`  and ${countOf(versions.length - shown.length, 'older version')}`] : []),
    ].join('\n');
  }

  /** What there is to say when all is shown: what was searched, and the line to type. */
  end(): string {
    const { archives, unread } = this.#found;
    const hidden = this.#showsAll ? 0 : Math.max(0, this.#names - SHOWN_NAMES);
    const line = this.#newest && restoreLine(this.#newest.name, this.#path);
    const range = archives.length > 1 ? `, ${archives[0]?.name} … ${archives.at(-1)?.name}` : '';
    return [
      ...(hidden > 0 ? [`And ${countOf(hidden, 'more name')}: --all shows them all.`] : []),
      '',
      `${countOf(this.#names, 'name')} in ${countOf(archives.length, 'archive')}${range}.`,
      ...(unread.length > 0 ? [`NOT SEARCHED: ${countOf(unread.length, 'archive')}, named at the beginning.`] : []),
      ...(line === undefined
        ? []
        : [
            'To restore it as the newest of them has it (any archive above can be named; --dry-run shows the plan):',
            `  ${line}`,
          ]),
    ].join('\n');
  }

  #placeOf({ name }: Pick<SearchedArchive, 'name'>): number {
    return this.#places.get(name) ?? Number.NaN;
  }

  /** What a restore is suggested from: of safety copies only what no other archive holds. */
  #noteNewest(versions: readonly FoundVersion[]): void {
    const newest =
      this.#findOrdinary(versions) ?? (versions[0] && this.#found.archives[this.#placeOf(versions[0].last)]);
    if (!newest) return;
    const former = this.#newest;
    const isBetter = !former || (former.isSafety === newest.isSafety ? newest.sealed > former.sealed : former.isSafety);
    if (isBetter) this.#newest = newest;
  }

  #findOrdinary(versions: readonly FoundVersion[]): SearchedArchive | undefined {
    for (const { first, last } of versions) {
      for (let place = this.#placeOf(last); place >= this.#placeOf(first); place--) {
        const archive = this.#found.archives[place];
        if (archive && !archive.isSafety) return archive;
      }
    }
    return undefined;
  }

  #describe({ type, sizeBytes, modified, digest, linkName, first, last, archives }: FoundVersion): string[] {
    const range = archives === 1 ? first.name : `${first.name} … ${last.name}`;
    const kind = { dir: 'folder', reg: '', symlink: 'link to', hardlink: 'same file as' }[type];
    return [
      range,
      archives === 1 ? '' : `${formatCount(archives)} archives`,
      type === 'reg' ? formatBytes(sizeBytes) : '',
      modified === undefined ? '' : formatTime(modified, this.#timezone),
      digest === undefined ? `${kind} ${printable(linkName ?? '')}`.trim() : `sha256 ${digest.slice(0, DIGITS)}…`,
    ];
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
