import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setOutput } from '@actions/core';
import { fitSummary } from '../../src/report/summary/fit-summary.ts';
import type { ActionOutcome } from './action.ts';

/** Writes what a step hands on: its outputs, the result object as a file, and its part of the job's summary. */
export function writeOutcome(
  name: string,
  { result, outputs, summary }: ActionOutcome,
  runnerTemp: string,
  redact: (text: string) => string,
): void {
  const path = join(runnerTemp, `continuity-${name}-result-${process.pid}.json`);
  writeFileSync(path, `${redact(JSON.stringify(result, undefined, 2))}\n`, { mode: 0o600, flag: 'wx' });
  for (const [output, value] of Object.entries(outputs)) {
    if (value !== undefined) setOutput(output, redact(String(value)));
  }
  setOutput('result-file', path);
  writeSummary(summary, redact);
}

/** Adds to the job's summary, within GitHub's limit for a step. */
export function writeSummary(text: string, redact: (text: string) => string): void {
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (path) writeFileSync(path, fitSummary(redact(text)), { flag: 'a' });
}
