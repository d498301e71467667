import { describe, expect, it } from '@jest/globals';
import { interpolate } from '../../../src/sources/compose/interpolate.ts';
import { mergeFiles } from '../../../src/sources/compose/merge-files.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import { readMount } from '../../../src/sources/compose/read-mount.ts';

describe('a mount of a compose file', () => {
  it.each([
    [
      './data/uploads:/app/uploads',
      { kind: 'bind', source: './data/uploads', target: '/app/uploads', isReadOnly: false },
    ],
    ['/srv/x:/x:ro,z', { kind: 'bind', source: '/srv/x', target: '/x', isReadOnly: true }],
    ['~/data:/data', { kind: 'bind', source: '~/data', target: '/data', isReadOnly: false }],
    ['media:/media:rw', { kind: 'volume', source: 'media', target: '/media', isReadOnly: false }],
    ['/app/node_modules', { kind: 'anonymous', source: '', target: '/app/node_modules', isReadOnly: false }],
    ['${DATA:?set it}/up:/up', { kind: 'bind', source: '${DATA:?set it}/up', target: '/up', isReadOnly: false }],
  ])('short, %s', (text, expected) => {
    expect(readMount(text)).toEqual(expected);
  });

  it('long: bind, volume and anonymous volume; tmpfs holds nothing', () => {
    expect(readMount({ type: 'bind', source: '/a', target: '/b', read_only: true })).toEqual({
      kind: 'bind',
      source: '/a',
      target: '/b',
      isReadOnly: true,
    });
    expect(readMount({ type: 'volume', source: 'v', target: '/v', volume: { nocopy: true } })).toMatchObject({
      kind: 'volume',
    });
    expect(readMount({ type: 'volume', target: '/v' })).toMatchObject({ kind: 'anonymous', source: '' });
    expect(readMount({ type: 'tmpfs', target: '/tmp' })).toBeUndefined();
    expect(readMount(17)).toBeUndefined();
  });
});

describe('a compose file', () => {
  it('gives environments as list or mapping, dependencies in both forms', () => {
    const { services } = readModel({
      services: {
        a: { environment: ['POSTGRES_DB=hub=1', 'FROM_SHELL', 'OPEN=${X}'], depends_on: ['b'] },
        b: {
          environment: { N: 1, ON: true, EMPTY: null },
          depends_on: { c: { condition: 'service_healthy' } },
          env_file: '.env',
        },
      },
    });
    expect([...services[0]!.environment]).toEqual([
      ['POSTGRES_DB', 'hub=1'],
      ['FROM_SHELL', undefined],
      ['OPEN', undefined],
    ]);
    expect([...services[1]!.environment]).toEqual([
      ['N', '1'],
      ['ON', 'true'],
      ['EMPTY', undefined],
    ]);
    expect(services.map(({ dependsOn }) => dependsOn)).toEqual([['b'], ['c']]);
    expect(services.map(({ hasUnreadEnvironment }) => hasUnreadEnvironment)).toEqual([false, true]);
  });

  it('knows whose mounts and namespaces a service has, and that it cannot start without them', () => {
    const { services } = readModel({
      services: {
        a: { depends_on: ['b'], volumes_from: ['b', 'c:ro', 'container:d', 'container:e:ro'] },
        f: { network_mode: 'service:a', pid: 'service:a', ipc: 'service:b' },
        g: { network_mode: 'host', pid: 'container:a', ipc: 'shareable', volumes_from: 'b' },
      },
    });
    expect(services.map(({ dependsOn, volumesFrom, isInside }) => [dependsOn, volumesFrom, isInside])).toEqual([
      [['b', 'c'], ['b', 'c'], []],
      [['a', 'b'], [], ['a', 'b']],
      [[], [], []],
    ]);
  });

  it('knows the names of volumes where they do not depend on the folder', () => {
    const { volumes } = readModel({
      name: 'hub',
      services: { app: { volumes: ['undeclared:/u'] } },
      volumes: {
        plain: null,
        named: { name: 'real' },
        outside: { external: true },
        old: { external: { name: 'older' } },
        nfs: { driver_opts: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/x' } },
        bound: { driver_opts: { type: 'none', o: 'bind', device: '/srv/bound' } },
        cloud: { driver: 'rexray' },
      },
    });
    expect(volumes.map(({ key, name }) => [key, name])).toEqual([
      ['plain', 'hub_plain'],
      ['named', 'real'],
      ['outside', 'outside'],
      ['old', 'older'],
      ['nfs', 'hub_nfs'],
      ['bound', 'hub_bound'],
      ['cloud', 'hub_cloud'],
      ['undeclared', 'hub_undeclared'],
    ]);
    expect(volumes.find(({ key }) => key === 'bound')?.boundPath).toBe('/srv/bound');
    expect(volumes.filter(({ isForeignFileSystem }) => isForeignFileSystem).map(({ key }) => key)).toEqual(['nfs']);
    expect(readModel({ volumes: { v: {} } }).volumes[0]?.name).toBeUndefined();
  });

  it('of any other form is empty and harms nobody', () => {
    for (const content of [
      null,
      1,
      'x',
      [],
      { services: [] },
      { services: { a: null, b: { volumes: 'x' } }, volumes: 3 },
    ]) {
      expect(readModel(content).volumes).toEqual([]);
    }
  });

  it('is read with the defaults that it gives itself, and nothing from outside', () => {
    expect(interpolate({ a: ['${X:-./data}:/d', '${Y-${Z:-in}}', '${OPEN}', '$$x'], b: 1 })).toEqual({
      a: ['./data:/d', 'in', '${OPEN}', '$x'],
      b: 1,
    });
  });

  it('is merged with its override: lists joined, values replaced', () => {
    const merged = mergeFiles([
      { services: { a: { image: 'one', volumes: ['x:/x'] } } },
      { services: { a: { image: 'two', volumes: ['y:/y'] }, b: { image: 'b' } } },
    ]);
    expect(merged).toEqual({ services: { a: { image: 'two', volumes: ['x:/x', 'y:/y'] }, b: { image: 'b' } } });
  });
});
