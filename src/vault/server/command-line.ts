import type { Readable, Writable } from 'node:stream';
import type { DumpSurveyor } from '../../archive/foreign-survey.ts';
import type { DumpCheck } from '../store/verify.ts';

/** What a process of the vault was started with. */
export interface CommandLine {
  /** `vault serve --role ROLE --path DIR [WORDS…]`, or `--settings FILE` in place of `--path` and no words. */
  words: readonly string[];
  /** What an SSH client asked for, where a forced command runs in its place (SSH_ORIGINAL_COMMAND). */
  command: string | undefined;
  /** Who the SSH client is (SSH_CONNECTION). */
  connection?: string | undefined;
  /** The file of this very program: the keeper's wrappers lie beside it. */
  program?: string | undefined;
  /** Where programs are looked for on a provisioned vault; the system's folders. */
  searchPath?: string;
  /** Standard input and output of the process. */
  streams: () => { input: Readable; output: Writable };
  /** Judges the dumps of an archive that is verified in full. */
  checkDump: DumpCheck;
  /** Looks at the dumps of an archive of the former script. */
  surveyDump?: DumpSurveyor;
  /** Takes a line for the log: standard error. */
  complain: (line: string) => void;
}
