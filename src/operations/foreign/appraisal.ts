/** What speaks against restoring chosen parts of an archive that we did not make, and what is to be known before. */
export interface ForeignAppraisal {
  /** Typed by an operator who lets an outdated psql read its dumps. */
  readonly allowsOldClient: boolean;
  /** Bytes of it that are kept in the state folder while it is restored. */
  readonly copyBytes: number;
  /** `databases` are keys of the manifest, `files` names of sources. One line each. */
  judge(chosen: { databases: readonly string[]; files: readonly string[] }): Judgement;
}

export interface Judgement {
  /** What is damaged, or was made to do harm: with any of these nothing is begun. */
  damage: string[];
  warnings: string[];
}
