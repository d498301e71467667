import { isAtOrBelow } from '../../archive/entry-names.ts';
import type { TocLine } from '../../archive/toc-line.ts';

type Judgement = [kind: 'remove' | 'stay', relativeName: Buffer];

const SLASH = Buffer.from('/');

/**
 * Judges live entries that the archive lacks, while two trees are gone through in their order. They go; where extra
 * entries are to be kept, only those that are in the way of an archived one: a file of a folder, and the other way round.
 * Names that lie between those of a file and a folder (`a`, `a-b`, `a/`) are why some judgements come later.
 */
export class ExtraEntries {
  readonly #areKept: boolean;
  /** Live files that may have the name of an archived folder. */
  #waiting: Buffer[] = [];
  /** Archived files that may have the name of a live folder. */
  #files: Buffer[] = [];

  constructor(areKept: boolean) {
    this.#areKept = areKept;
  }

  /** A live entry, before the next archived one, if there is one. */
  judge(relativeName: Buffer, next: Buffer | undefined): Judgement[] {
    if (!this.#areKept) return [['remove', relativeName]];
    if (this.#files.some((file) => isAtOrBelow(relativeName, file))) return [['remove', relativeName]];
    if (!next?.subarray(0, relativeName.length).equals(relativeName)) return [['stay', relativeName]];
    this.#waiting.push(relativeName);
    return [];
  }

  /** An archived entry: what can be said by now. */
  pass(type: TocLine['type'], relativeName: Buffer): Judgement[] {
    if (!this.#areKept) return [];
    const judged: Judgement[] = [];
    this.#waiting = this.#waiting.filter((name) => {
      const order = Buffer.compare(Buffer.concat([name, SLASH]), relativeName);
      if (order <= 0) judged.push([order === 0 ? 'remove' : 'stay', name]);
      return order > 0;
    });
    this.#files = this.#files.filter((file) => relativeName.subarray(0, file.length).equals(file));
    if (type !== 'dir') this.#files.push(relativeName);
    return judged;
  }

  end(): Judgement[] {
    return this.#waiting.splice(0).map((name) => ['stay', name]);
  }
}
