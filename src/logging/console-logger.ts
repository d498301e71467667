import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Logger, Progress } from './logger.ts';
import { printableLines } from './printable.ts';
import { createProgressLines, PROGRESS_INTERVAL_MS } from './progress-lines.ts';
import { describeProgress } from './progress-rate.ts';

export interface ConsoleLoggerOptions {
  /** Where it writes: standard error, so that standard output holds the result alone. */
  stream: NodeJS.WritableStream;
  /** A person is watching: progress bars instead of lines. */
  isTerminal: boolean;
  hasColor: boolean;
  /** Shows debug messages. */
  isVerbose: boolean;
  /** Where nobody is watching: milliseconds between two lines of the same phase. Default 15 s. */
  progressIntervalMs?: number;
}

/** A logger for the command line. `close` takes the bars away; without it their timer keeps the program running. */
export interface ConsoleLogger extends Logger {
  close(): void;
}

const colors = { debug: '\u001b[2m', warning: '\u001b[33m', error: '\u001b[31m' } as const;
const reset = '\u001b[0m';

export function createConsoleLogger(options: ConsoleLoggerOptions): ConsoleLogger {
  const display = options.isTerminal
    ? showBars(options.stream)
    : showLines(options.stream, options.progressIntervalMs ?? PROGRESS_INTERVAL_MS);
  const write = (level: 'debug' | 'info' | 'warning' | 'error', message: string) => {
    const said = printableLines(message);
    const text = level === 'warning' || level === 'error' ? `${level}: ${said}` : said;
    display.line(options.hasColor && level !== 'info' ? `${colors[level]}${text}${reset}` : text);
  };
  return {
    debug: (message) => options.isVerbose && write('debug', message),
    info: (message) => write('info', message),
    warning: (message) => write('warning', message),
    error: (message) => write('error', message),
    // Its messages say enough where somebody is watching.
    phase() {},
    progress: (report) => display.progress(report),
    close: () => display.close(),
  };
}

interface Display {
  line(text: string): void;
  progress(report: Progress): void;
  close(): void;
}

function showLines(stream: NodeJS.WritableStream, intervalMs: number): Display {
  return {
    line: (text) => void stream.write(`${text}\n`),
    progress: createProgressLines((line) => void stream.write(`${line}\n`), intervalMs),
    close() {},
  };
}

function showBars(stream: NodeJS.WritableStream): Display {
  const phases = new Map<string, { beganMs: number; bar: SingleBar }>();
  let bars: MultiBar | undefined;
  const close = () => {
    bars?.stop();
    bars = undefined;
    phases.clear();
  };
  return {
    line(text) {
      if (!bars) return void stream.write(`${text}\n`);
      bars.log(`${text}\n`);
      // Its buffer is not written when the bars are taken away: draw at once, so that no message is lost.
      bars.update();
    },
    progress(report) {
      const nowMs = performance.now();
      // No handlers of its own for signals: the entry decides what a signal ends.
      bars ??= new MultiBar(
        { stream, clearOnComplete: true, gracefulExit: false, barsize: 24 },
        Presets.shades_classic,
      );
      const phase = phases.get(report.phase) ?? { beganMs: nowMs, bar: addBar(bars, report) };
      phases.set(report.phase, phase);
      if (report.total !== undefined) phase.bar.setTotal(report.total);
      phase.bar.update(report.done, describeProgress(report, phase.beganMs, nowMs));
      if (report.total === undefined || report.done < report.total) return;
      bars.remove(phase.bar);
      phases.delete(report.phase);
      if (phases.size === 0) close();
    },
    close,
  };
}

function addBar(bars: MultiBar, report: Progress): SingleBar {
  const phase = report.phase.padEnd(12);
  const format =
    report.total === undefined
      ? `${phase} {amount}  {rate}`
      : `${phase} {bar} {percentage} %  {amount}  {rate}  {left}`;
  return bars.create(report.total ?? 1, 0, { amount: '', rate: '', left: '' }, { format });
}
