import { PathChoice } from '../../src/archive/path-choice.ts';
import { selectArchive } from '../../src/config/archive-name.ts';
import { checkScope, isPartial } from '../../src/operations/restore/check-scope.ts';
import { parseTables } from '../../src/operations/restore/table-choice.ts';
import type { ActionContext } from '../frame/action.ts';
import { checkActors, checkConfirmation } from './consent.ts';

/** What a restore was asked to do; everything that can be refused without looking at anything has been. */
export interface RestoreRequest {
  archive: string;
  select: string[] | undefined;
  paths: PathChoice | undefined;
  keepsExtra: boolean;
  /** Tables as `SOURCE.SCHEMA.TABLE`. */
  table: string[] | undefined;
  isInPlace: boolean;
  as: string | undefined;
  to: string | undefined;
  dryRun: boolean;
  confirm: string | undefined;
  skipsSafetyBackup: boolean;
  allowOldClient: boolean;
  lockWaitMs: number | undefined;
  config: string | undefined;
  readerKey: string | undefined;
  writerKey: string | undefined;
}

/** @throws Failure `usage` or `refused`, before anything is touched. */
export function readRequest({ inputs, environment }: ActionContext): RestoreRequest {
  const paths = inputs.lines('path');
  const request: RestoreRequest = {
    archive: inputs.archive('archive'),
    select: inputs.list('select'),
    paths: paths && PathChoice.parse(paths),
    keepsExtra: inputs.flag('no-remove') ?? false,
    table: inputs.lines('table'),
    isInPlace: inputs.flag('in-place') === true,
    as: inputs.text('as'),
    to: inputs.text('to'),
    dryRun: inputs.flag('dry-run') ?? true,
    confirm: inputs.text('confirm'),
    skipsSafetyBackup: inputs.flag('safety-backup') === false,
    allowOldClient: inputs.flag('allow-old-client') === true,
    lockWaitMs: inputs.durationMs('lock-wait'),
    config: inputs.text('config'),
    readerKey: inputs.secret('reader-key'),
    writerKey: inputs.secret('writer-key'),
  };
  if (isPartial(request)) checkScope(request);
  if (request.table) parseTables(request.table);
  const allowedActors = inputs.list('allowed-actors');
  if (request.dryRun) return request;
  // Who runs a run again may be another person than who started it.
  checkActors([environment['GITHUB_ACTOR'], environment['GITHUB_TRIGGERING_ACTOR']], allowedActors);
  if (request.to === undefined) checkConfirmation(selectArchive(request.archive), request.confirm);
  return request;
}
