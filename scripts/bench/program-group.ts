import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listDescendants } from '../../test/fixtures/processes.ts';
import { findControlGroups, parseCpuMs, parseTicks } from './proc-text.ts';

/** Programs whose resources are counted together, with all that they start. */
export interface ProgramGroup {
  /** Words in front of a command line that make the program one of the group from its beginning. */
  readonly launcher: readonly string[];
  /** Takes in a program that runs, and what it will start. */
  add(pid: number): void;
  pids(): number[];
  /** Processor time so far, in milliseconds, of those that have ended as well. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** True where the kernel counts for us, exactly; else we look again and again, and what lives shortly is missed. */
export function canCountExactly(): boolean {
  try {
    makeControlGroup('probe').remove();
    return true;
  } catch {
    return false;
  }
}

export function createProgramGroup(name: string): ProgramGroup {
  return canCountExactly() ? countByKernel(name) : countByLooking();
}

function makeControlGroup(name: string): { path: string; remove: () => void } {
  const root = findControlGroups(readFileSync('/proc/mounts', 'utf8'));
  if (root === undefined) throw new Error('no control groups');
  const path = join(root, `continuity-bench-${process.pid}-${name}`);
  mkdirSync(path);
  return { path, remove: () => rmdirSync(path) };
}

function countByKernel(name: string): ProgramGroup {
  const { path, remove } = makeControlGroup(name);
  const members = join(path, 'cgroup.procs');
  const pids = () => readFileSync(members, 'utf8').split('\n').filter(Boolean).map(Number);
  return {
    launcher: ['/bin/sh', '-c', 'echo $$ >"$0" && exec "$@"', members],
    add: (pid) => writeFileSync(members, `${pid}`),
    pids,
    cpuMs: () => parseCpuMs(readFileSync(join(path, 'cpu.stat'), 'utf8')),
    async stop() {
      for (let tries = 0; tries < 200 && pids().length > 0; tries += 1) await sleep(20);
      remove();
    },
  };
}

/** A tick of the kernel's clock, as it shows it to us. */
const TICK_MS = 10;

function countByLooking(): ProgramGroup {
  const roots = new Set<number>();
  const seen = new Map<string, number>();
  const look = () => {
    const all = [...roots].flatMap((root) => [root, ...listDescendants(root).map(({ pid }) => pid)]);
    return all.filter((pid) => {
      try {
        const { ticks, startedAtTick } = parseTicks(readFileSync(`/proc/${pid}/stat`, 'latin1'));
        seen.set(`${pid} ${startedAtTick}`, ticks);
        return true;
      } catch {
        roots.delete(pid);
        return false;
      }
    });
  };
  return {
    launcher: [],
    add: (pid) => roots.add(pid),
    pids: look,
    cpuMs() {
      look();
      return [...seen.values()].reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
    },
    stop: () => Promise.resolve(),
  };
}
