import { openBorg } from './contenders/borg.ts';
import type { Contender, Place } from './contenders/contender.ts';
import { openOurs } from './contenders/ours.ts';
import { openPlain } from './contenders/plain.ts';
import { openRestic } from './contenders/restic.ts';
import type { FileSystem } from './volume.ts';

export const kinds = ['plain', 'restic', 'borg', 'ours'] as const;
export type Kind = (typeof kinds)[number];

/** Who takes part: a contender and the vault's file system under it. */
export interface Entrant {
  /** As it stands in the table, and as a part of file names: `ours-xfs`. */
  label: string;
  kind: Kind;
  fileSystem: FileSystem;
  /** Archives that the vault holds before the first night. */
  oldArchives: number;
}

export interface EntrantChoice {
  only: readonly Kind[];
  fileSystems: readonly FileSystem[];
  oldArchives: number;
}

/** Ours on each file system, once more with old archives; the others, to whom it makes no difference, on the first. */
export function listEntrants({ only, fileSystems, oldArchives }: EntrantChoice): Entrant[] {
  const [first = 'ext4'] = fileSystems;
  const others = kinds
    .filter((kind) => kind !== 'ours' && only.includes(kind))
    .map((kind) => ({ label: kind, kind, fileSystem: first, oldArchives: 0 }));
  if (!only.includes('ours')) return others;
  const ours = fileSystems.flatMap((fileSystem) =>
    [0, ...(oldArchives > 0 ? [oldArchives] : [])].map((count) => ({
      label: `ours-${fileSystem}${count > 0 ? `-${count}` : ''}`,
      kind: 'ours' as const,
      fileSystem,
      oldArchives: count,
    })),
  );
  return [...others, ...ours];
}

/** Names of the keys with which an entrant of ours writes and reads. */
export function nameKeys({ label }: Entrant): { writer: string; reader: string } {
  return { writer: `writer-${label}`, reader: `reader-${label}` };
}

/** An entrant as it works at one place; `bundlePath` is the vault's program, which ours brings along. */
export function openContender(entrant: Entrant, place: Place, bundlePath: string): Contender {
  const { kind, oldArchives } = entrant;
  if (kind === 'plain') return openPlain(place);
  if (kind === 'restic') return openRestic(place);
  if (kind === 'borg') return openBorg(place);
  return openOurs(place, { bundlePath, keys: nameKeys(entrant), oldArchives });
}
