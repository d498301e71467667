import type { CrisisScenario } from './scenario.ts';
import type { LostPart } from './lost-part.ts';

/** One thing to do, for one person at one place. In French. */
export interface CrisisStep {
  title: string;
  who: string;
  where: string;
  /** To be typed as they stand, but for what is written in capitals. */
  commands: string[];
  /** What the screen shows then, or what to look at. */
  shows: string[];
}

/** What the steps are written from. */
export interface StepFacts {
  scenario: CrisisScenario;
  /** Full name; a pattern in its place where none could be chosen. */
  archive: string;
  /** As it is typed: `2026-11-20 14:30`; absent: nobody knows. */
  since?: string;
  lost: readonly LostPart[];
  /** Folder of the toolkit on this machine. */
  clone: string;
  /** `--config FILE`, where the usual places do not do. */
  configWords: readonly string[];
  /** Further words for recover.sh where the vault is not the manual's, or is a folder. */
  vaultWords: readonly string[];
  /** The vault, as people know it. */
  vaultHost: string;
  /** Nobody's key to read archives is here. */
  lacksReader: boolean;
  /** Where the toolkit is cloned from. */
  repository: string;
}

export const people = {
  restorer: 'la personne qui restaure (elle a la clé de lecture)',
  production: "l'administrateur de la production",
  vault: "l'administrateur du serveur de sauvegarde",
  owner: 'le responsable de la plateforme',
} as const;

/** Where production has the toolkit, unless somebody chose otherwise. */
export const usualClone = '/opt/skills-hub-continuity';

/** What is put in the place of an archive's name. */
export const archivePattern = 'backup_full_AAAA-MM-JJ.tar.gz';

/** A word as a shell takes it for what it is. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `npm run -s prod:restore -- …`, with the configuration that is meant. */
export function npmLine(script: string, words: readonly string[], { configWords }: StepFacts): string {
  const all = [...words, ...configWords].map(quote);
  return all.length === 0 ? `npm run -s ${script}` : `npm run -s ${script} -- ${all.join(' ')}`;
}
