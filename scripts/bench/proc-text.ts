// What the kernel writes under /proc and /sys, read. Texts in, figures out.

/** Memory of one program, in bytes. */
export interface MemoryFigures {
  /** The most that it had resident so far, shared pages included. */
  peakBytes: number;
  /** What it has for itself alone now. */
  ownBytes: number;
}

/** Reads /proc/PID/status; undefined where the program has ended, and so has no memory any more. */
export function parseMemory(status: string): MemoryFigures | undefined {
  const peak = readKilobytes(status, 'VmHWM');
  const own = readKilobytes(status, 'RssAnon');
  return peak === undefined || own === undefined ? undefined : { peakBytes: peak * 1024, ownBytes: own * 1024 };
}

function readKilobytes(status: string, field: string): number | undefined {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return match ? Number(match[1]) : undefined;
}

/** Ticks of /proc/PID/stat: of the program itself, without its children. A name may hold blanks and brackets. */
export function parseTicks(stat: string): { ticks: number; startedAtTick: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Fields 14, 15 and 22 of proc(5); the first two are cut off.
  return { ticks: Number(fields[11]) + Number(fields[12]), startedAtTick: Number(fields[19]) };
}

/** Milliseconds of processor time, from cpu.stat of a control group (version 2). */
export function parseCpuMs(cpuStat: string): number {
  const match = /^usage_usec (\d+)$/m.exec(cpuStat);
  if (!match) throw new Error('cpu.stat says nothing of usage_usec');
  return Number(match[1]) / 1000;
}

/** Where control groups of version 2 are mounted, from /proc/mounts; version 1 may be there as well. */
export function findControlGroups(mounts: string): string | undefined {
  const line = mounts.split('\n').find((each) => each.split(' ')[2] === 'cgroup2');
  return line?.split(' ')[1];
}
