import { cpus, release, totalmem } from 'node:os';
import { version } from '../../src/version.ts';
import type { Kind } from './entrants.ts';
import { requireSuccess } from './require-success.ts';

/** What the figures hold for. */
export interface Machine {
  date: string;
  processor: string;
  cores: number;
  memoryBytes: number;
  kernel: string;
  /** Of the programs that took part. */
  versions: Record<string, string>;
}

const versionCalls: Record<Kind, string[][]> = {
  plain: [
    ['tar', '--version'],
    ['rsync', '--version'],
  ],
  restic: [['restic', 'version']],
  borg: [['borg', '--version']],
  ours: [],
};

/** What the figures were measured on; throws where a program of these entrants is missing. */
export async function describeMachine(kinds: readonly Kind[]): Promise<Machine> {
  const versions: Record<string, string> = { node: process.version, ours: version };
  for (const [program = '', ...args] of kinds.flatMap((kind) => versionCalls[kind])) {
    const [line = ''] = (await requireSuccess(program, args)).split('\n');
    versions[program] = line.trim();
  }
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    versions,
  };
}
