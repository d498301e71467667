import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from '../demo/workspace.ts';
import type { Contender } from './contenders/contender.ts';
import { changeDataSet, type DataSet } from './data-set.ts';
import { changeDatabases, type Databases } from './databases.ts';
import { openContender, type Entrant } from './entrants.ts';
import { expectBackup, requireExpected, requireFile, type Expectation } from './expectation.ts';
import type { Figures } from './figures.ts';
import { vaultOf, type Ground } from './ground.ts';
import { measure, type Instruments } from './measure.ts';
import { mountVolume, openFolder, type Volume } from './volume.ts';

export const stages = ['first night', 'second night', 'nothing changed', 'one file back'] as const;
export type Stage = (typeof stages)[number];

export interface Reading {
  round: number;
  entrant: string;
  stage: Stage;
  figures: Figures;
}

export interface Round {
  number: number;
  readings: Reading[];
  /** Bytes of new content between the two nights, of files and of rows as text. */
  changedFileBytes: number;
  changedRowBytes: number;
}

export interface RoundOptions {
  workspace: Workspace;
  ground: Ground;
  entrants: readonly Entrant[];
  dataSet: DataSet;
  databases: Databases;
  bundlePath: string;
  /** Size of each volume, in bytes; sparse. */
  volumeBytes: number;
  isScattered: boolean;
  /** Measures a night without changes and the way back of one file as well. */
  hasExtras: boolean;
  tell: (line: string) => void;
}

interface Playing {
  entrant: Entrant;
  contender: Contender;
  volume: Volume;
}

/** Whoever changed a file this long ago cannot change it again without its time telling. */
const SETTLED_MS = 2_100;

/** Plays two nights, and what else was asked for, with everybody in turn; each begins with an empty vault. */
export async function playRound(number: number, options: RoundOptions): Promise<Round> {
  const { workspace, ground, entrants, dataSet, databases, tell } = options;
  const home = join(workspace.path, 'client');
  const disk = await workspace.start(openVolume(home, 'ext4', options));
  const instruments = { ...ground.instruments, clientDisk: ground.hasVolumes ? home : undefined };
  const round: Round = { number, readings: [], changedFileBytes: 0, changedRowBytes: 0 };
  const players: Playing[] = [];
  for (const entrant of entrants) players.push(await enter(entrant, home, options));

  const read = async (player: Playing, stage: Stage, steps: ReturnType<Contender['backUp']>) => {
    const reading = { round: number, entrant: player.entrant.label, stage };
    const figures = await measure(steps, player.volume, instruments);
    round.readings.push({ ...reading, figures });
    await Promise.all([player.volume.trim(), disk.trim()]);
    tell(`round ${number}, ${stage}, ${player.entrant.label}: ${(figures.wallMs / 1000).toFixed(2)} s`);
  };
  await sleep(SETTLED_MS);
  for (const player of players) await read(player, 'first night', player.contender.backUp());
  round.changedFileBytes = changeDataSet(dataSet).changedBytes;
  round.changedRowBytes = await changeDatabases(ground.cluster, databases, options.isScattered);
  await sleep(SETTLED_MS);
  const expected = await expectTonight(options, instruments);
  for (const player of players) {
    await read(player, 'second night', player.contender.backUp());
    await checkAll(player, expected, options, instruments);
  }
  if (options.hasExtras) {
    for (const player of players) await playExtras(player, expected, options, read);
  }
  for (const { volume } of players) await volume.remove();
  await disk.remove();
  return round;
}

async function openVolume(
  path: string,
  fileSystem: Entrant['fileSystem'],
  { ground, volumeBytes }: RoundOptions,
): Promise<Volume> {
  return ground.hasVolumes ? await mountVolume(path, fileSystem, volumeBytes) : openFolder(path);
}

async function enter(entrant: Entrant, home: string, options: RoundOptions): Promise<Playing> {
  const { workspace, ground, dataSet, bundlePath } = options;
  const client = join(home, entrant.label);
  mkdirSync(client, { mode: 0o700 });
  const { mountPoint, directory } = vaultOf(workspace, entrant);
  const volume = await workspace.start(openVolume(mountPoint, entrant.fileSystem, options));
  const { cluster, server } = ground;
  const place = { client, vault: directory, uploads: dataSet.folder, cluster, server };
  const contender = openContender(entrant, place, bundlePath);
  options.tell(`preparing ${entrant.label}`);
  await contender.prepare();
  return { entrant, contender, volume };
}

async function expectTonight({ workspace, ground, dataSet }: RoundOptions, instruments: Instruments) {
  return await expectBackup(dataSet.folder, ground.cluster, join(workspace.path, 'expected'), instruments.client);
}

/** A benchmark of a broken backup is worth nothing. */
async function checkAll(
  { entrant, contender, volume }: Playing,
  expected: Expectation,
  { workspace, tell }: RoundOptions,
  instruments: Instruments,
): Promise<void> {
  await withEmptyFolder(workspace, async (folder) => {
    const { steps, ...restored } = contender.restoreAll(folder);
    await measure(steps, volume, instruments);
    await requireExpected(expected, restored, entrant.label);
  });
  tell(`${entrant.label} restores all of it, byte for byte`);
}

async function playExtras(
  player: Playing,
  expected: Expectation,
  { workspace, dataSet }: RoundOptions,
  read: (player: Playing, stage: Stage, steps: ReturnType<Contender['backUp']>) => Promise<void>,
): Promise<void> {
  const { entrant, contender } = player;
  // To a plain script every night is like the first.
  if (entrant.kind !== 'plain') await read(player, 'nothing changed', contender.backUp());
  const names = [...dataSet.files.keys()];
  const path = names[Math.floor(names.length / 2)] as string;
  await withEmptyFolder(workspace, async (folder) => {
    const { steps, file } = contender.restoreFile(path, folder);
    await read(player, 'one file back', steps);
    await requireFile(expected, path, file, entrant.label);
  });
}

async function withEmptyFolder(workspace: Workspace, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(workspace.path, 'restored');
  mkdirSync(folder, { mode: 0o700 });
  await work(folder);
  rmSync(folder, { recursive: true });
}
