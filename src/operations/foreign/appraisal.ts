/** What speaks against restoring chosen parts of an archive that we did not make, and what is to be known before. */
export interface ForeignAppraisal {
  /** Typed by an operator who lets an outdated psql read its dumps. */
  readonly allowsOldClient: boolean;
  /** Bytes of it that are kept in the state folder while it is restored. */
  readonly copyBytes: number;
  judge(chosen: JudgedParts): Judgement;
}

export interface JudgedParts {
  /** Keys of the manifest. */
  databases: readonly string[];
  /** Names of sources. */
  files: readonly string[];
  /** A server is going to run what the dumps hold: they are not only compared, or unpacked. */
  loads?: boolean;
}

/** One line each. */
export interface Judgement {
  /** What is damaged, or was made to do harm: with any of these nothing is begun. */
  damage: string[];
  warnings: string[];
}
