import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backup } from '../../src/operations/backup.ts';
import { doctor } from '../../src/operations/doctor.ts';
import { list } from '../../src/operations/list.ts';
import { status } from '../../src/operations/status.ts';
import { verify } from '../../src/operations/verify.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
let older: string;
let newer: string;
/** Where the byte lies that a full verification finds. */
let rottenAt: number;
const precious = randomBytes(300_000);

beforeAll(async () => {
  one = await createPlatform({ files: { old: 'old' } });
  older = (await backup(one.platform, { trigger: 'manual' })).archive;
  await sleep(1000);
  writeFiles(one.uploads, { precious });
  newer = (await backup(one.platform, { trigger: 'manual' })).archive;
}, 60_000);
afterAll(async () => {
  await one.stop();
});

/** Changes bytes of an archive on the vault's disk, from `offset` on. */
function spoil(name: string, offset: number): Buffer {
  const path = join(one.vaultDirectory, name);
  const sound = readFileSync(path);
  const bytes = Buffer.from(sound);
  bytes.writeUInt8((bytes[offset] ?? 0) ^ 0x10, offset);
  writeBack(name, bytes);
  return sound;
}

function writeBack(name: string, bytes: Buffer): void {
  const path = join(one.vaultDirectory, name);
  chmodSync(path, 0o640);
  writeFileSync(path, bytes);
  chmodSync(path, 0o440);
}

const verdictOf = async (name: string) => (await list(one.platform)).find((archive) => archive.name === name)?.verdict;
const warnings = () => one.log.filter((line) => line.startsWith('warning: '));

describe('an archive that a full verification found damaged', () => {
  it('stays so, whatever a quick look finds, until a full one clears it', async () => {
    rottenAt = readFileSync(join(one.vaultDirectory, newer)).indexOf(precious.subarray(1000, 1032));
    expect(rottenAt).toBeGreaterThan(0);
    const sound = spoil(newer, rottenAt);
    const full = await verify(one.platform, { archive: newer, level: 'full' });
    expect(full).toMatchObject({ isSound: false });
    expect(full).not.toHaveProperty('knownDamaged');

    one.log.length = 0;
    const quick = await verify(one.platform, { archive: newer, level: 'seal' });
    expect(quick).toMatchObject({ isSound: true, knownDamaged: { level: 'full', isSound: false, time: full.time } });
    expect(warnings()).toEqual([expect.stringContaining('only a full one can clear it')]);

    // A quick look that finds damage as well is no full one.
    const more = spoil(newer, sound.length - 10);
    expect(await verify(one.platform, { archive: newer, level: 'seal' })).toMatchObject({ isSound: false });
    expect(await verdictOf(newer)).toEqual({ level: 'full', isSound: false, time: full.time });
    writeBack(newer, more);
  });

  it('is named where latest passes it over', async () => {
    one.log.length = 0;
    expect(await verify(one.platform, { archive: 'latest', level: 'full' })).toMatchObject({
      name: older,
      isSound: true,
      newerDamaged: [{ name: newer, verdict: { level: 'full', isSound: false } }],
    });
    expect(warnings()).toEqual([expect.stringContaining(`${newer} is newer and was passed over`)]);
    // Who asks for one by its name knows which.
    expect(await verify(one.platform, { archive: older, level: 'seal' })).not.toHaveProperty('newerDamaged');
  });

  it('is forgotten once a full one finds it sound', async () => {
    // The same bit again: as it was.
    spoil(newer, rottenAt);
    const cleared = await verify(one.platform, { archive: newer, level: 'full' });
    expect(cleared).toMatchObject({ isSound: true });
    const latest = await verify(one.platform, { archive: 'latest', level: 'seal' });
    expect(latest).toMatchObject({ name: newer, isSound: true });
    expect(latest).not.toHaveProperty('knownDamaged');
    expect(latest).not.toHaveProperty('newerDamaged');
  });
});

describe('standing conditions', () => {
  it('of the machines are no warnings: they go to the log as lines, and into the result', async () => {
    one.log.length = 0;
    const result = await backup(one.platform, { trigger: 'manual' });
    expect(result.warnings).toEqual([]);
    expect(warnings()).toEqual([]);
    // The vault's part of them, which status goes on to say, as does doctor.
    const standing = (await status(one.platform)).state.warnings;
    expect(result.conditions).toEqual(standing);
    const { findings } = await doctor(one.platform);
    expect(findings.map(({ message }) => message)).toEqual(expect.arrayContaining(standing));
    for (const condition of result.conditions) expect(one.log).toContain(`info: Standing condition: ${condition}`);
  });
});
