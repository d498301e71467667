import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';
import { readModel } from '../../../src/sources/compose/read-model.ts';
import { addGaps } from '../../../src/operations/init/config/add-gaps.ts';
import { writeConfigText } from '../../../src/operations/init/config/config-text.ts';
import { findGaps } from '../../../src/operations/init/config/coverage.ts';
import { readUncovered } from '../../../src/operations/init/config/not-covered.ts';
import { propose } from '../../../src/operations/init/proposal/propose.ts';

const file = '/srv/app/continuity.yml';
const proposal = propose({
  model: readModel({
    services: {
      app: { image: 'a', volumes: ['./data/uploads:/u', 'cache:/c', 'media:/m'] },
      'app-db': { image: 'postgres', environment: { POSTGRES_DB: 'hub' }, volumes: ['pg:/var/lib/postgresql/data'] },
    },
    volumes: { 'unused-old': null },
  }),
  directory: '/srv/app',
  mountpoints: new Map(),
  lookAt: () => ({ isFile: false, trackedFiles: 0 }),
});

function gapsOf(content: string) {
  return findGaps({ config: parseConfig(content, file), content, proposal });
}

function labelsOf({ databases, files, uncovered }: typeof proposal): string[] {
  return [
    ...databases.map(({ name }) => name),
    ...files.map(({ label }) => label),
    ...uncovered.map(({ label }) => label),
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
        reach: { by: 'url', url: { from: 'environment', variable: 'APP_DATABASE_URL' } },
      },
    ]);
    expect(config.files).toMatchObject([{ name: 'uploads', place: { path: '/srv/hub/data/uploads' } }]);
    expect(config.vault).toMatchObject({
      kind: 'ssh',
      host: '172.16.95.98',
      port: 4660,
      reader: { user: 'skills-restore' },
    });
  });

  it('says of everything in the compose file that it is covered, or why not', () => {
    expect(text).toContain('# not covered: volume cache (service app; /c): can be made again');
    expect(text).toContain('# not covered yet: volume media (service app; /m): its folder is not known here');
    expect(text).toContain(
      "# not covered: volume pg (service app-db; /var/lib/postgresql/data): a database server's own files; its dump is in databases.app",
    );
    expect(labelsOf(gapsOf(text))).toEqual([]);
    expect(text).toContain('# not covered: volume unused-old: no service mounts it\n');
    expect(readUncovered(text).get('volume media')).toEqual({ isOpen: true, isUnmounted: false });
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
    expect(labelsOf(gapsOf(content))).toEqual([
      'bind mount ./data/uploads',
      'volume cache',
      'volume pg',
      'volume unused-old',
    ]);
  });

  it('gets lines added, and keeps everything else byte for byte', () => {
    const text = addGaps(content, gapsOf(content)) as string;
    const added = text.split('\n').filter((line) => !content.split('\n').includes(line));
    expect(added).toEqual([
      '    uploads: { path: data/uploads }',
      expect.stringMatching(/^# not covered: volume cache /),
      expect.stringMatching(/^# not covered: volume pg /),
      '# not covered: volume unused-old: no service mounts it',
    ]);
    for (const line of added) expect(text.split('\n').filter((each) => each === line)).toHaveLength(1);
    expect(
      text
        .split('\n')
        .filter((line) => !added.includes(line))
        .join('\n'),
    ).toBe(content);
    expect(labelsOf(gapsOf(text))).toEqual([]);
  });

  it('covers what lies inside one of its folders, or is left out in a comment', () => {
    const wide =
      'files: { all: { path: data } }\nvault: { path: /v }\n# not covered: volume cache: no need\n#not covered: database app: elsewhere\n';
    expect(labelsOf(gapsOf(wide))).toEqual(['volume media', 'volume pg', 'volume unused-old']);
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
