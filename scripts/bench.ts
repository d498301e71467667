import { writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { exitCodes } from '../src/logging/failure.ts';
import { formatBytes, formatCount } from '../src/logging/quantity-text.ts';
import { parseOptions, type BenchOptions } from './bench/options.ts';
import { playBench, type BenchResult } from './bench/play.ts';
import { formatGoals, formatRatios, formatResults } from './bench/tables.ts';
import { awaitInterruption, Interruption } from './demo/interruption.ts';
import { Workspace } from './demo/workspace.ts';
import { reportFailure } from './report-failure.ts';

// npm run bench: this toolkit beside others, measured on this machine alone. Nothing is left behind, however it ends,
// unless --keep says so.
const { stdout, stderr, env: environment } = process;
const begun = performance.now();
const tell = (line: string) =>
  void stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
const dist = join(import.meta.dirname, 'dist');
const bundles = { continuity: join(dist, 'continuity', 'index.js'), vault: join(dist, 'vault', 'index.js') };

async function run(options: BenchOptions, workspace: Workspace): Promise<number> {
  const interrupted = awaitInterruption(new AbortController(), stdout);
  // Whatever anybody calls temporary from now on lies in there; and file systems are made by root's programs.
  environment['TMPDIR'] = workspace.path;
  environment['PATH'] = [environment['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
  try {
    const result = await Promise.race([playBench(options, { workspace, bundles, tell }), interrupted]);
    stdout.write(`${describeResult(result)}\n`);
    if (options.json !== undefined) writeFileSync(resolve(options.json), `${JSON.stringify(result, undefined, 2)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof Interruption) {
      stderr.write(`${error.message}: ${options.keep ? 'ending' : 'removing everything'}\n`);
      return Interruption.exitCode;
    }
    return reportFailure(error, { stdout, stderr, environment, args: process.argv, json: false });
  } finally {
    if (options.keep) {
      await workspace.stop();
      tell(`all files are in ${workspace.path}`);
    } else {
      await workspace.remove();
    }
  }
}

function describeResult({
  machine,
  files,
  fileBytes,
  rows,
  options,
  results,
  ratios,
  goals,
  notes,
}: BenchResult): string {
  const { processor, cores, memoryBytes, kernel, versions } = machine;
  return [
    `${formatCount(files)} files of ${formatBytes(fileBytes)}, four databases of ${formatCount(rows)} rows each; medians of ${options.repeat}`,
    `${cores} x ${processor}, ${formatBytes(memoryBytes)}, Linux ${kernel}, ${machine.date.slice(0, 10)}`,
    Object.entries(versions)
      .map(([program, text]) => (text.startsWith(program) ? text : `${program} ${text}`))
      .join('; '),
    ...['', formatResults(results)],
    ...(ratios.length === 0 ? [] : ['', formatRatios(ratios)]),
    ...(goals.length === 0 ? [] : ['', formatGoals(goals)]),
    '',
    ...notes.map((note) => `- ${note}`),
  ].join('\n');
}

function readOptions(): BenchOptions | number {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

const options = readOptions();
if (typeof options === 'number') {
  process.exitCode = options;
} else {
  const parent = options.directory === undefined ? undefined : resolve(options.directory);
  // What was interrupted may still wait for something that no longer is: nothing is waited for any more.
  process.exit(await run(options, new Workspace({ prefix: 'continuity-bench-', parent })));
}
