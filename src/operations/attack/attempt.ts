import type { AttackGround } from './ground.ts';

/** `inconclusive`: neither a refusal nor a success was seen; nobody may take it for either. */
export type AttackVerdict = 'refused' | 'succeeded' | 'inconclusive';

/** What came of an attempt. */
export interface Judgement {
  verdict: AttackVerdict;
  /** What the vault said or did: one printable line. */
  evidence: string;
}

export type AttackArea = 'shell' | 'files' | 'forwarding' | 'environment' | 'rsync' | 'words' | 'seal' | 'incoming';

/** One thing that an attacker with production's key would try. It must do no harm even where it succeeds. */
export interface Attempt {
  area: AttackArea;
  /** In a few words, for a table. */
  what: string;
  /** Throws where nothing could be found out. */
  run(ground: AttackGround): Promise<Judgement>;
  /** It ends the connection, or sends much: nothing else is tried meanwhile. */
  isAlone?: boolean;
  /** Where it takes longer than most. */
  timeoutMs?: number;
}

export interface AttemptOutcome extends Judgement {
  area: AttackArea;
  what: string;
  durationMs: number;
}
