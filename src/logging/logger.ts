/** Fields of one progress report: how far a phase has come. Sizes in bytes; `total` is absent where nobody can know it yet. */
export interface Progress {
  phase: string;
  done: number;
  total?: number;
  unit: 'bytes' | 'files' | 'archives';
}

/** What every layer is given to speak through; the terminal, GitHub Actions and tests each bring their own. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** What is said from here on belongs to this part of the work: a group in the log of a workflow. */
  phase(title: string): void;
  progress(report: Progress): void;
}

/** A logger that says nothing. */
export const silent: Logger = {
  debug() {},
  info() {},
  warning() {},
  error() {},
  phase() {},
  progress() {},
};
