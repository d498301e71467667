import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../../src/logging/failure.ts';
import type { ProgramGroup } from './program-group.ts';

export interface Command {
  program: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
}

/** Commands that run side by side. */
export type Step = readonly Command[];

/** Output beyond this is cut: it is for messages only. */
const KEPT_CHARACTERS = 20_000;

/**
 * Runs steps one after the other, as members of a group.
 * @throws Failure `failed` with what was said, as soon as a command of a step does not succeed.
 */
export async function runSteps(steps: readonly Step[], group: ProgramGroup): Promise<void> {
  for (const step of steps) await Promise.all(step.map((command) => runMember(command, group)));
}

async function runMember({ program, args, cwd, env }: Command, group: ProgramGroup): Promise<void> {
  const [first = program, ...rest] = [...group.launcher, program, ...args];
  const child = spawn(first, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  if (group.launcher.length === 0 && child.pid !== undefined) group.add(child.pid);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-KEPT_CHARACTERS)));
    // Who stays behind, as a connection that others may use, may hold them open: the program's end is what counts.
    child.once('exit', () => setTimeout(() => stream.destroy(), 100).unref());
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  throw new Failure(
    'failed',
    `${[program, ...args].join(' ').slice(0, 300)} ended with ${code ?? 'a signal'}:\n${said.trim()}`,
    'The bench has ended; with --keep its files stay for a look.',
  );
}
