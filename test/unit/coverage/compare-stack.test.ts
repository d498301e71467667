import { describe, expect, it } from '@jest/globals';
import { parseManifest } from '../../../src/archive/manifest-check.ts';
import { compareProjects, listDifferences } from '../../../src/operations/restore/compare-stack.ts';

const id = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('the compose project of an archive beside the one that a restore would replace', () => {
  it('is told of with both names where it is another', () => {
    expect(compareProjects('hub', 'hub-trial')).toEqual([expect.stringMatching(/project hub, .* project hub-trial$/)]);
    expect(compareProjects('hub', 'hub')).toEqual([]);
    expect(compareProjects(undefined, 'hub')).toEqual([]);
    expect(compareProjects('', 'hub')).toEqual([]);
  });
});

describe('the images of an archive beside those of now', () => {
  it('differ where id and digests do, and say both', () => {
    const before = { db: { image: 'postgres:16.4', id: id('a'), digests: [`postgres@${id('b')}`] } };
    const now = { db: { image: 'postgres:17.1', id: id('c'), digests: [] } };
    expect(listDifferences(before, now)).toEqual([
      'service db: made with postgres:16.4 (sha256:bbbbbbbbbbbb…), now postgres:17.1 (sha256:cccccccccccc…)',
    ]);
  });

  it('are the same by id or by digest, whatever they are called', () => {
    const one = { image: 'postgres:16', id: id('a'), digests: [`postgres@${id('b')}`] };
    expect(listDifferences({ db: one }, { db: { ...one, image: 'mirror/postgres:16', digests: [] } })).toEqual([]);
    expect(listDifferences({ db: one }, { db: { ...one, id: id('c') } })).toEqual([]);
  });

  it('differ where a tag has moved, and are compared by name where nothing else is known', () => {
    const one = { image: 'app:latest', id: id('a'), digests: [] };
    expect(listDifferences({ app: one }, { app: { ...one, id: id('b') } })).toHaveLength(1);
    expect(listDifferences({ app: { image: 'app:1', digests: [] } }, { app: { image: 'app:1', digests: [] } })).toEqual(
      [],
    );
    expect(listDifferences({ app: { image: 'app:1', digests: [] } }, { app: { image: 'app:2', digests: [] } })).toEqual(
      ['service app: made with app:1, now app:2'],
    );
  });

  it('say nothing of services that are not on both sides', () => {
    expect(listDifferences({ old: { image: 'a', digests: [] } }, { new: { image: 'b', digests: [] } })).toEqual([]);
  });
});

describe('a manifest', () => {
  const base = {
    format: 1,
    name: 'x',
    trigger: 'manual',
    toolVersion: '0',
    started: '2026-11-27T03:00:00Z',
    ended: '2026-11-27T03:00:00Z',
    databases: {},
    globals: {},
    files: {},
    warnings: [],
  };
  const images = {
    app: { image: 'app:1', id: id('a'), digests: [] },
    job: { image: 'job', digests: [`job@${id('b')}`] },
  };

  it('may hold images and the project, or not, and is checked where it does', () => {
    expect(parseManifest(JSON.stringify(base)).images).toBeUndefined();
    const compose = { project: 'hub', version: '2.26.1' };
    expect(parseManifest(JSON.stringify({ ...base, images, compose }))).toMatchObject({ images, compose });
    for (const wrong of [{ images: { app: { image: 'app:1' } } }, { images: [] }, { compose: { version: '2' } }]) {
      expect(() => parseManifest(JSON.stringify({ ...base, ...wrong }))).toThrow('manifest.json');
    }
  });
});
