import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/config/load.ts';

const sources = [
  'databases:',
  '  app: {url-env: URL, database: skills_hub}',
  '  odoo: {url-env: URL, database: all}',
  '  other: {url-env: URL}',
  'files: {uploads: {path: uploads}, media: {path: media}}',
  'vault: {path: /mnt/disk/backups}',
  '',
].join('\n');
const parse = (foreign = '') => parseConfig(`${sources}${foreign}`, '/srv/skills-hub/continuity.yml').foreign;

describe('foreign:', () => {
  it('is by default what the former script did, for what is configured', () => {
    expect(parse()).toEqual({
      databases: [
        { source: 'app', database: 'skills_hub', isOneOfMany: false, patterns: ['*/db/skills_db.sql'] },
        { source: 'odoo', isOneOfMany: true, patterns: ['*/db/odoo.sql'] },
        { source: 'other', database: 'other', isOneOfMany: false, patterns: [] },
      ],
      files: [
        { source: 'uploads', patterns: ['*/uploads'] },
        { source: 'media', patterns: [] },
      ],
    });
  });

  it('gives each source its own globs in place of the default ones, and databases of one server by their names', () => {
    const { databases, files } = parse(
      "foreign: {databases: {app: ['a.sql', 'dumps/*.sql'], odoo: {school: ['s.sql'], staff: []}}, files: {uploads: []}}\n",
    );
    expect(databases.slice(0, 3)).toEqual([
      { source: 'app', database: 'skills_hub', isOneOfMany: false, patterns: ['a.sql', 'dumps/*.sql'] },
      { source: 'odoo', database: 'school', isOneOfMany: true, patterns: ['s.sql'] },
      { source: 'odoo', database: 'staff', isOneOfMany: true, patterns: [] },
    ]);
    expect(files[0]).toEqual({ source: 'uploads', patterns: [] });
  });

  it.each([
    ["{files: {nobody: ['x']}}", /foreign.files.nobody: expected the name of one of files:/],
    ["{databases: {app: {one: ['x.sql']}}}", /foreign.databases.app: expected a list of globs: only "database: all"/],
    ["{databases: {app: ['db/app.dump']}}", /foreign.databases.app.*expected a glob that ends in ".sql"/],
    ["{databases: {odoo: {school: ['db/*']}}}", /foreign.databases.odoo.*expected a glob that ends in ".sql"/],
    ["{databases: {nobody: ['x.sql']}}", /foreign.databases.nobody: expected the name of one of databases:/],
    ["{files: {uploads: ['/etc']}}", /expected a glob of a name in the archive/],
    ["{files: {uploads: ['../x']}}", /expected a glob of a name in the archive/],
    ['{files: {uploads: x}}', /expected a list of globs/],
    ['{folders: {}}', /unknown key "folders"/],
  ])('%s is refused', (foreign, message) => {
    expect(() => parse(`foreign: ${foreign}\n`)).toThrow(message);
  });
});
