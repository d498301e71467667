import { isUtf8 } from 'node:buffer';
import { Failure, messageOf } from '../../logging/failure.ts';
import { KitBudget } from '../../sources/kit/kit-budget.ts';
import { isSecretByLook, type KitEntry } from '../../sources/kit/kit-entry.ts';
import { readParents, readPath } from '../../sources/kit/read-path.ts';
import { isGone } from '../../sources/files/walk.ts';
import type { Platform } from '../platform.ts';
import { planKit, type KitPlace, type KitPlan } from './plan-kit.ts';

/** Everything that a restore needs besides data, as it is now; in memory, in bytewise order of names. */
export interface CollectedKit {
  /** Below `kit/`. */
  plain: KitEntry[];
  /** For `secrets.tar.age`; without recipients only counted, and without their content. */
  secrets: KitEntry[];
  warnings: string[];
}

/**
 * Reads the recovery kit. What is named in continuity.yml has to be there, unless `mayBeMissing`: a safety backup may do
 * without, as somebody is about to bring it back.
 * @throws Failure `source` on what is missing or may not be read, `config` where it is too much.
 */
export async function collectKit(
  platform: Pick<Platform, 'config' | 'environment'>,
  { mayBeMissing }: { mayBeMissing: boolean },
): Promise<CollectedKit> {
  const plan = await planKit(platform);
  const hasRecipients = platform.config.recovery.recipients.length > 0;
  const reading = new KitReading(plan, mayBeMissing, hasRecipients);
  await reading.run();
  return reading.finish();
}

class KitReading {
  readonly #plan: KitPlan;
  readonly #mayBeMissing: boolean;
  readonly #hasRecipients: boolean;
  readonly #budget = new KitBudget();
  readonly #plain = new Map<string, KitEntry>();
  readonly #secrets = new Map<string, KitEntry>();
  readonly #warnings: string[];

  constructor(plan: KitPlan, mayBeMissing: boolean, hasRecipients: boolean) {
    this.#plan = plan;
    this.#mayBeMissing = mayBeMissing;
    this.#hasRecipients = hasRecipients;
    this.#warnings = [...plan.warnings];
  }

  async run(): Promise<void> {
    for (const place of this.#plan.secrets) {
      await this.#attempt(place, this.#hasRecipients, async (path) => {
        for (const parent of place.path === undefined ? [] : await readParents(path, place.name)) {
          keep(this.#secrets, parent);
        }
        for await (const entry of this.#read(place, path, { skipsContent: !this.#hasRecipients })) {
          keep(this.#secrets, entry);
        }
      });
    }
    for (const place of this.#plan.plain) {
      await this.#attempt(place, true, async (path) => {
        for await (const entry of this.#read(place, path, { without: this.#plan.secretPaths })) {
          await this.#addPlain(entry, place, path);
        }
      });
    }
  }

  finish(): CollectedKit {
    const inOrder = (entries: Iterable<KitEntry>) => [...entries].sort((a, b) => Buffer.compare(a.name, b.name));
    return {
      plain: inOrder(this.#plain.values()),
      secrets: inOrder(this.#secrets.values()),
      warnings: this.#warnings.map((warning) => `recovery kit: ${warning}`),
    };
  }

  #read({ name }: KitPlace, path: string, options: { skipsContent?: boolean; without?: ReadonlySet<string> }) {
    return readPath({ path, name, budget: this.#budget, warn: (what) => this.#warnings.push(what), ...options });
  }

  /** A secret that lies among plain files goes where secrets go. */
  async #addPlain(entry: KitEntry, { name, path: named }: KitPlace, path: string): Promise<void> {
    const shown = entry.name.toString('utf8');
    if (!isUtf8(entry.name)) {
      const next = 'Rename it, or name its folder under recovery.secrets, where names are kept as bytes.';
      throw new Failure('config', `the recovery kit cannot hold ${JSON.stringify(shown)}: it is not UTF-8`, next);
    }
    if (entry.type !== 'reg' || !isSecretByLook(entry)) {
      keep(this.#plain, entry);
      return;
    }
    const parents = named !== undefined && shown === name ? await readParents(path, name) : [];
    for (const parent of parents) keep(this.#secrets, parent);
    keep(this.#secrets, this.#hasRecipients ? entry : { ...entry, content: Buffer.alloc(0) });
    this.#warnings.push(`${shown} looks like a secret: it is kept with the secrets, not in plain`);
  }

  /** What may not be read is a failure, but for secrets that stay out anyway. */
  async #attempt(place: KitPlace, isNeeded: boolean, work: (path: string) => Promise<void>): Promise<void> {
    const { name, namedBy, ifMissing } = place;
    try {
      await work(await place.locate());
    } catch (error) {
      if (!isNeeded || (ifMissing === 'skip' && isGone(error))) return;
      const mayBeMissing = this.#mayBeMissing || (ifMissing === 'warn' && isGone(error));
      const what = `${name}, named by ${namedBy}, cannot be read: ${messageOf(error)}`;
      if (mayBeMissing) this.#warnings.push(what);
      else if (error instanceof Failure)
        throw new Failure(error.kind, `recovery kit: ${what}`, error.next, { cause: error });
      else {
        const next = 'Run as a user that may read it (root), or correct recovery: in continuity.yml.';
        throw new Failure('source', `recovery kit: ${what}`, next, { cause: error });
      }
    }
  }
}

function keep(entries: Map<string, KitEntry>, entry: KitEntry): void {
  const key = entry.name.toString('latin1');
  if (!entries.has(key)) entries.set(key, entry);
}
