import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { DumpRun } from '../../src/sources/postgres/dump-run.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';
import { Failure } from '../../src/logging/failure.ts';
import { silent } from '../../src/logging/logger.ts';

/** A server whose pg_dump is a line of shell. */
const serverOf = (script: string): PostgresServer => ({
  label: 'a script',
  user: 'postgres',
  start: () => spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] }),
});

const startRun = (script: string): DumpRun =>
  new DumpRun({
    server: serverOf(script),
    database: 'small',
    applicationName: 'test',
    args: [],
    timeoutMs: 60_000,
    heartbeatMs: 60_000,
    signal: undefined,
    log: silent,
  });

async function readAll(run: DumpRun): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of run.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('a running dump', () => {
  it('keeps what pg_dump wrote until it is read, also after pg_dump has ended', async () => {
    const run = startRun('seq 1 5000; sleep 0.1');
    await run.started;
    await sleep(300);
    const text = await readAll(run);
    expect(text.split('\n')).toHaveLength(5001);
    expect(text.startsWith('1\n2\n')).toBe(true);
    expect(run.bytes).toBe(text.length);
  });

  it('ends at once when it is given up unread', async () => {
    const run = startRun('seq 1 5000; exec sleep 60');
    await run.started;
    const begun = Date.now();
    run.stop(new Failure('source', 'given up', 'Run it again.'));
    await expect(run.ended).rejects.toThrow('given up');
    expect(Date.now() - begun).toBeLessThan(1_500);
    await expect(readAll(run)).rejects.toThrow('given up');
  });

  it('is told to be over when pg_dump is: neither its reader nor its ender goes on before', async () => {
    const slowlyEnding = `trap 'exec sleep 0.5' TERM; seq 1 5000; while :; do sleep 0.05; done`;
    const run = startRun(slowlyEnding);
    await run.started;
    let hasEnded = false;
    run.ended.catch(() => (hasEnded = true));
    const reading = readAll(run);
    run.stop(new Failure('source', 'given up', 'Run it again.'));
    await expect(reading).rejects.toThrow('given up');
    expect(hasEnded).toBe(true);

    const left = startRun(slowlyEnding);
    let hasLeftEnded = false;
    left.ended.catch(() => (hasLeftEnded = true));
    for await (const _piece of left.read()) break;
    expect(hasLeftEnded).toBe(true);
  });

  it('has started with its end where there is no output at all', async () => {
    const run = startRun('exit 0');
    await run.started;
    expect(await readAll(run)).toBe('');
  });
});
