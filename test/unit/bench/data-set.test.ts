import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { changeDataSet, generateDataSet, type DataSet } from '../../../scripts/bench/data-set.ts';
import { chooseShare, rollSizes } from '../../../scripts/bench/sizes.ts';
import { makeWords } from '../../../scripts/bench/words.ts';
import { createDice } from '../../../scripts/demo/seeded.ts';

const add = (sum: number, size: number) => sum + size;

describe('sizes', () => {
  it('add up to the byte, are the same for the same seed, and others for another', () => {
    const sizes = rollSizes(2000, 1_500_000_000, 7);
    expect(sizes.reduce(add)).toBe(1_500_000_000);
    expect(rollSizes(2000, 1_500_000_000, 7)).toEqual(sizes);
    expect(rollSizes(2000, 1_500_000_000, 8)).not.toEqual(sizes);
    expect(Math.min(...rollSizes(50, 60, 1))).toBe(1);
    expect(() => rollSizes(10, 9, 1)).toThrow('10 files need at least 10 bytes');
  });

  it('are log-normal: their logarithms lie around the median as a bell does', () => {
    const logarithms = rollSizes(20_000, 20_000_000_000, 3)
      .map(Math.log)
      .sort((a, b) => a - b);
    const at = (share: number) => logarithms[Math.floor(share * logarithms.length)] ?? NaN;
    expect(at(0.8413) - at(0.5)).toBeCloseTo(1.1, 1);
    expect(at(0.5) - at(0.1587)).toBeCloseTo(1.1, 1);
  });

  it('are chosen at random up to a share of the bytes', () => {
    const sizes = rollSizes(2000, 1_500_000_000, 7);
    const chosen = chooseShare(sizes, 0.01, createDice(1));
    expect(new Set(chosen).size).toBe(chosen.length);
    const bytes = chosen.map((place) => sizes[place] ?? 0).reduce(add);
    expect(bytes / 1_500_000_000).toBeCloseTo(0.01, 3);
    expect(chooseShare([5], 0.01, createDice(1))).toEqual([0]);
  });
});

describe('words', () => {
  it('compress to about a third, and differ by seed', () => {
    const text = makeWords('one', 300_000);
    expect(gzipSync(text).length / text.length).toBeGreaterThan(0.2);
    expect(gzipSync(text).length / text.length).toBeLessThan(0.45);
    expect(makeWords('one', 300_000).equals(text)).toBe(true);
    expect(makeWords('two', 300_000).equals(text)).toBe(false);
  });
});

describe('the data set', () => {
  let folder: string;
  let dataSet: DataSet;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuity-data-'));
    dataSet = generateDataSet(join(folder, 'uploads'), 400, 4_000_000);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (name: string) => readFileSync(join(dataSet.folder, name));

  it('is mostly incompressible, to the byte as large as asked for', () => {
    const names = [...dataSet.files.keys()];
    expect(names.map((name) => statSync(join(dataSet.folder, name)).size).reduce(add)).toBe(4_000_000);
    const noise = names.filter((name) => gzipSync(read(name)).length >= read(name).length);
    expect(noise.length / names.length).toBeGreaterThan(0.89);
    expect(noise.length / names.length).toBeLessThan(0.97);
  });

  it('changes by 1 % a day, and says by how much', () => {
    const before = new Map([...dataSet.files.keys()].map((name) => [name, read(name)]));
    const { changedBytes, rewritten, added, deleted } = changeDataSet(dataSet);
    const changed = [...dataSet.files.keys()].filter((name) => !before.get(name)?.equals(read(name)));
    expect(changed).toHaveLength(rewritten + added);
    expect(changed.map((name) => read(name).length).reduce(add)).toBe(changedBytes);
    expect(changedBytes / 4_000_000).toBeCloseTo(0.01, 2);
    expect([...before.keys()].filter((name) => !dataSet.files.has(name))).toHaveLength(deleted);
    expect(deleted).toBeGreaterThan(0);
  });
});
