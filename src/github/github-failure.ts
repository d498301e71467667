import { Failure, type FailureKind } from '../logging/failure.ts';

/** A failure that came of a request to GitHub. */
export class GitHubFailure extends Failure {
  /** HTTP status of GitHub's answer; undefined where there was none. */
  readonly status: number | undefined;

  constructor(kind: FailureKind, message: string, next: string, status: number | undefined) {
    super(kind, message, next);
    this.status = status;
  }
}
