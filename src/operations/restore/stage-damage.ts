import { Failure } from '../../logging/failure.ts';

/** Damage in one part of an archive is no reason to give up the others: says how they are restored all the same. */
export function adviseOthers(error: unknown, part: string): unknown {
  if (!(error instanceof Failure) || error.kind !== 'damaged') return error;
  const others = `The parts of this archive that are not named here can still be restored: name them (all but "${part}") with --select (in a workflow the input select).`;
  return new Failure(error.kind, error.message, `${error.next} ${others}`, { cause: error });
}
