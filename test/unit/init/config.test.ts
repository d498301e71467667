import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import { addGaps } from '../../../src/operations/init/config/add-gaps.ts';
import { writeConfigText } from '../../../src/operations/init/config/config-text.ts';
import { findGaps, type Gaps } from '../../../src/operations/coverage/find-gaps.ts';
import { propose } from '../../../src/operations/coverage/propose.ts';

const file = '/srv/app/continuity.yml';
const proposal = propose({
  model: readModel({
    services: {
      app: { image: 'a', volumes: ['./data/uploads:/u', 'cache:/c', 'media:/m', '/state'] },
      'app-db': {
        image: 'postgres',
        environment: { POSTGRES_DB: 'hub', POSTGRES_USER: 'app' },
        volumes: ['pg:/var/lib/postgresql/data'],
      },
    },
    volumes: { 'unused-old': null },
  }),
  directory: '/srv/app',
  lookAt: () => ({ isFile: false, trackedFiles: 0 }),
});

function gapsOf(content: string) {
  return findGaps({ config: parseConfig(content, file), proposal });
}

function labelsOf({ databases, files, presumed }: Gaps): string[] {
  return [
    ...databases.map(({ name }) => name),
    ...files.map(({ label }) => label),
    ...presumed.map(({ label }) => label),
  ];
}

describe('a proposed continuity.yml', () => {
  const text = writeConfigText({ proposal, composeFiles: ['compose.yml'], root: '/srv/hub' });

  it('is valid, and has the values of the manual for its vault', () => {
    const config = parseConfig(text, file);
    expect(config.databases).toMatchObject([
      {
        name: 'app',
        database: 'hub',
        reach: { by: 'service', service: 'app-db', user: 'app' },
      },
    ]);
    expect(config.compose?.files).toEqual(['/srv/hub/compose.yml']);
    expect(config.files).toMatchObject([
      { name: 'uploads', place: { path: '/srv/hub/data/uploads' } },
      { name: 'app-media', place: { by: 'volume', volume: 'media' } },
    ]);
    expect(config.vault).toMatchObject({
      kind: 'ssh',
      host: '172.16.95.98',
      port: 4660,
      reader: { user: 'skills-restore' },
    });
  });

  it('says of everything in the compose file that it is covered, or why not', () => {
    expect(text).toContain('  app: { service: app-db, user: app, database: hub }\n');
    expect(parseConfig(text, file).notCovered).toEqual({
      'volume cache': expect.stringContaining('can be made again'),
      'volume unused-old': 'no service mounts it',
    });
    expect(labelsOf(gapsOf(text))).toEqual([]);
  });

  it('leaves open what a person has to decide, and no word is needed on what is evident', () => {
    expect(text).toContain('# not covered yet: anonymous volume app:/state (service app; /state): a volume without');
    expect(gapsOf(text).open.map(({ label }) => label)).toEqual(['anonymous volume app:/state']);
    expect(text).not.toContain('volume pg');
  });

  it('is valid also where there was nothing to find', () => {
    const nothing = { databases: [], files: [], uncovered: [] };
    expect(parseConfig(writeConfigText({ proposal: nothing, composeFiles: [] }), file)).toMatchObject({
      databases: [],
      files: [],
    });
  });
});

describe('a continuity.yml that is there', () => {
  const content = `# ours
databases:
    app: { url-env: "MY_URL" }   # the app
files:
    media:   # by hand
        path: /var/lib/docker/volumes/x_media/_data

# the vault
vault: { path: /mnt/vault }
`;

  it('is told what it says nothing about', () => {
    expect(labelsOf(gapsOf(content))).toEqual(['bind mount ./data/uploads', 'volume cache', 'volume unused-old']);
  });

  it('gets lines added, and keeps everything else byte for byte', () => {
    const text = addGaps(content, gapsOf(content)) as string;
    const added = text.split('\n').filter((line) => !content.split('\n').includes(line));
    expect(added).toEqual([
      '    uploads: { path: data/uploads }',
      'not-covered:',
      '  volume cache: can be made again (by its name); correct this if it cannot',
      '  volume unused-old: no service mounts it',
    ]);
    for (const line of added) expect(text.split('\n').filter((each) => each === line)).toHaveLength(1);
    const kept = text.split('\n').filter((line) => !added.includes(line));
    expect(kept.join('\n').trimEnd()).toBe(content.trimEnd());
    expect(labelsOf(gapsOf(text))).toEqual([]);
  });

  it('covers what lies inside one of its folders, or is left out with a reason', () => {
    const wide = `files: { all: { path: data } }
vault: { path: /v }
not-covered: { volume cache: no need, database app-db: elsewhere }
`;
    expect(labelsOf(gapsOf(wide))).toEqual(['volume media', 'volume unused-old']);
  });

  it('has one more line where a reason is added to those that are there', () => {
    const some = 'vault: { path: /v }\nnot-covered:\n    volume cache: no need\n';
    const text = addGaps(some, gapsOf(some)) as string;
    expect(text).toContain('    volume cache: no need\n    volume unused-old: no service mounts it\n');
  });

  it('asks again for a volume that no service mounted, once one does', () => {
    const left = 'vault: { path: /v }\nnot-covered: { volume media: no service mounts it, volume cache: no need }\n';
    expect(labelsOf(gapsOf(left))).toContain('volume media');
    expect(labelsOf(gapsOf(left))).not.toContain('volume cache');
  });

  it('in a form that takes no added line is left to a person', () => {
    const flow = 'databases: { x: { url-env: X } }\nfiles: { y: { path: y } }\nvault: { path: /v }\n';
    expect(addGaps(flow, gapsOf(flow))).toBeUndefined();
  });

  it('gets the sections that it lacks', () => {
    const bare = 'vault: { path: /v }';
    const text = addGaps(bare, gapsOf(bare)) as string;
    expect(labelsOf(gapsOf(text))).toEqual([]);
    expect(text.startsWith(bare)).toBe(true);
  });
});
