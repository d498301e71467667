import type { Manifest } from '../../archive/manifest.ts';
import type { PathChoice } from '../../archive/path-choice.ts';
import { Failure } from '../../logging/failure.ts';

/** What of the archives, and of what is live, is asked for. */
export class DiffChoice {
  readonly #select: readonly string[] | undefined;
  readonly #paths: PathChoice | undefined;

  constructor(select: readonly string[] | undefined, paths: PathChoice | undefined) {
    this.#select = select;
    this.#paths = paths;
  }

  /** @throws Failure `usage` on a name that no side has. */
  check(manifests: readonly Manifest[], configured: readonly string[]): void {
    const known = new Set(configured);
    for (const { databases, files } of manifests) {
      for (const [key, { source }] of Object.entries(databases)) known.add(key).add(source);
      for (const source of Object.keys(files)) known.add(source);
    }
    const unknown = (this.#select ?? []).filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    const names = unknown.map((name) => JSON.stringify(name.slice(0, 80))).join(', ');
    throw new Failure('usage', `neither side has ${names}`, `They have ${[...known].join(', ')}.`);
  }

  wantsDump(key: string, source: string): boolean {
    if (this.#paths) return false;
    return !this.#select || this.#select.includes(key) || this.#select.includes(source);
  }

  wantsSource(source: string): boolean {
    if (this.#select && !this.#select.includes(source)) return false;
    return !this.#paths || this.#paths.mayHold(Buffer.from(`${source}/`));
  }

  wantsFile(name: Buffer): boolean {
    if (this.#paths && !this.#paths.includes(name)) return false;
    return !this.#select || this.#select.includes(name.toString('utf8', 0, name.indexOf(0x2f)));
  }
}
