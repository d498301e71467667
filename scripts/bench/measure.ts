import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures } from './figures.ts';
import type { Network } from './network.ts';
import { watchPeaks } from './peak-watch.ts';
import type { ProgramGroup } from './program-group.ts';
import { requireSuccess } from './require-success.ts';
import { runSteps, type Step } from './run-steps.ts';
import type { Volume } from './volume.ts';

/** What is looked at while something runs. */
export interface Instruments {
  client: ProgramGroup;
  vault: ProgramGroup;
  database: ProgramGroup;
  network: Network;
  /** The client's disk, where it has one of its own. */
  clientDisk: string | undefined;
}

/** sshd itself stays; its sessions end a moment after their clients. */
const IDLE_VAULT_PROGRAMS = 1;
const WAIT_MS = 10_000;

/** Runs steps and tells what they took. `volume` is where they store. */
export async function measure(
  steps: readonly Step[],
  volume: Volume,
  { client, vault, database, network, clientDisk }: Instruments,
): Promise<Figures> {
  // Nobody pays for what others left to write.
  await requireSuccess('sync', []);
  const groups = [client, vault, database] as const;
  const storedBefore = await volume.usedBytes(true);
  const trafficBefore = network.traffic();
  const cpuBefore = groups.map((group) => group.cpuMs());
  const watch = watchPeaks([client, vault], clientDisk);
  const stagedBefore = watch.usedBytes;
  const begun = performance.now();
  let wallMs: number;
  try {
    await runSteps(steps, client);
    wallMs = performance.now() - begun;
    await waitForSilence(client, vault);
  } finally {
    watch.stop();
  }
  const cpuMs = groups.map((group, place) => group.cpuMs() - (cpuBefore[place] ?? 0));
  const traffic = network.traffic();
  const [clientPeak, vaultPeak] = [watch.peaks.get(client), watch.peaks.get(vault)];
  return {
    wallMs,
    clientCpuMs: cpuMs[0] ?? 0,
    vaultCpuMs: cpuMs[1] ?? 0,
    databaseCpuMs: cpuMs[2] ?? 0,
    clientPeakBytes: clientPeak?.largestBytes ?? 0,
    vaultPeakBytes: vaultPeak?.largestBytes ?? 0,
    clientTogetherBytes: clientPeak?.togetherBytes ?? 0,
    vaultTogetherBytes: vaultPeak?.togetherBytes ?? 0,
    sentBytes: traffic.sentBytes - trafficBefore.sentBytes,
    receivedBytes: traffic.receivedBytes - trafficBefore.receivedBytes,
    storedBytes: (await volume.usedBytes(true)) - storedBefore,
    stagedBytes: clientDisk === undefined ? undefined : watch.usedBytes - stagedBefore,
  };
}

async function waitForSilence(client: ProgramGroup, vault: ProgramGroup): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += 20) {
    if (client.pids().length === 0 && vault.pids().length <= IDLE_VAULT_PROGRAMS) return;
    await sleep(20);
  }
}
