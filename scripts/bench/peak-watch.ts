import { readFileSync, statfsSync } from 'node:fs';
import { parseMemory } from './proc-text.ts';
import type { ProgramGroup } from './program-group.ts';

export interface Peak {
  /** The largest program. */
  largestBytes: number;
  /** All at one time, what they share left out. */
  togetherBytes: number;
}

/** Looks at groups of programs, and at a disk, again and again. */
export interface PeakWatch {
  peaks: Map<ProgramGroup, Peak>;
  /** The most that was in use on the disk. */
  usedBytes: number;
  stop(): void;
}

/** The kernel keeps each program's own peak: little is missed between two looks. */
const INTERVAL_MS = 20;

export function watchPeaks(groups: readonly ProgramGroup[], disk: string | undefined): PeakWatch {
  const peaks = new Map(groups.map((group) => [group, { largestBytes: 0, togetherBytes: 0 }]));
  const watch: PeakWatch = {
    peaks,
    usedBytes: 0,
    stop() {
      look();
      clearInterval(timer);
    },
  };
  const look = () => {
    for (const [group, peak] of peaks) lookAt(group, peak);
    if (disk === undefined) return;
    const { blocks, bfree, bsize } = statfsSync(disk);
    watch.usedBytes = Math.max(watch.usedBytes, (blocks - bfree) * bsize);
  };
  const timer = setInterval(look, INTERVAL_MS);
  look();
  return watch;
}

function lookAt(group: ProgramGroup, peak: Peak): void {
  let togetherBytes = 0;
  for (const pid of group.pids()) {
    const memory = readMemory(pid);
    if (!memory) continue;
    peak.largestBytes = Math.max(peak.largestBytes, memory.peakBytes);
    togetherBytes += memory.ownBytes;
  }
  peak.togetherBytes = Math.max(peak.togetherBytes, togetherBytes);
}

function readMemory(pid: number): ReturnType<typeof parseMemory> {
  try {
    return parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // Ended meanwhile.
    return undefined;
  }
}
