import { isAtOrBelow } from '../../archive/entry-names.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import type { WalkedEntry } from './walk.ts';

type Judgement = [kind: 'remove' | 'stay', extra: WalkedEntry];

const SLASH = Buffer.from('/');

/**
 * Judges live entries that the archive lacks, while two trees are gone through in their order. They go; where extra
 * entries are to be kept, only those that are in the way of an archived one: a file of a folder, and the other way round.
 * Names that lie between those of a file and a folder (`a`, `a-b`, `a/`) are why some judgements come later.
 */
export class ExtraEntries {
  readonly #areKept: boolean;
  /** Live files that may have the name of an archived folder. */
  #waiting: WalkedEntry[] = [];
  /** Archived files that may have the name of a live folder. */
  #files: Buffer[] = [];

  constructor(areKept: boolean) {
    this.#areKept = areKept;
  }

  /** A live entry, before the next archived one, if there is one. */
  judge(extra: WalkedEntry, next: Buffer | undefined): Judgement[] {
    const { relativeName } = extra;
    if (!this.#areKept || this.#files.some((file) => isAtOrBelow(relativeName, file))) return [['remove', extra]];
    if (!next?.subarray(0, relativeName.length).equals(relativeName)) return [['stay', extra]];
    this.#waiting.push(extra);
    return [];
  }

  /** An archived entry: what can be said by now. */
  pass(type: TocLine['type'], relativeName: Buffer): Judgement[] {
    if (!this.#areKept) return [];
    const judged: Judgement[] = [];
    this.#waiting = this.#waiting.filter((extra) => {
      const order = Buffer.compare(Buffer.concat([extra.relativeName, SLASH]), relativeName);
      if (order <= 0) judged.push([order === 0 ? 'remove' : 'stay', extra]);
      return order > 0;
    });
    this.#files = this.#files.filter((file) => relativeName.subarray(0, file.length).equals(file));
    if (type !== 'dir') this.#files.push(relativeName);
    return judged;
  }

  end(): Judgement[] {
    return this.#waiting.splice(0).map((extra) => ['stay', extra]);
  }
}
