import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandDefinition } from '../../../scripts/commands/command.ts';
import { findSwallowedFlags } from '../../../scripts/swallowed-flags.ts';

const run = () => Promise.resolve(undefined);
const definitions: CommandDefinition[] = [
  {
    name: 'restore',
    summary: '',
    example: '',
    arguments: [{ name: 'archive', description: '' }],
    options: [
      { flags: '--select <names>', description: '' },
      { flags: '--to <dir>', description: '' },
      { flags: '--as <database>', description: '' },
      { flags: '-y, --yes', description: '' },
      { flags: '--dry-run', description: '' },
      { flags: '--no-safety', description: '' },
    ],
    run,
  },
  { name: 'backup', summary: '', example: '', options: [{ flags: '--allow-shrink <name>', description: '' }], run },
];

interface Seen {
  args: string[];
  environment: Record<string, string>;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-'));
  const show =
    "require('fs').writeFileSync('seen.json', JSON.stringify({ args: process.argv.slice(2), environment: process.env }))";
  await writeFile(join(folder, 'show.js'), show);
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'x',
      scripts: {
        'prod:restore': 'node show.js restore',
        'prod:backup': 'node show.js backup',
        continuity: 'node show.js',
        other: 'node show.js restore',
      },
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** What a script sees when somebody types `npm run …`, by the npm that is installed here. */
async function typeNpmRun(line: string): Promise<Seen> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key)));
  await promisify(execFile)('bash', ['-c', `npm run ${line}`], { cwd: folder, env: clean });
  return JSON.parse(await readFile(join(folder, 'seen.json'), 'utf8')) as Seen;
}

describe('fault 129: npm keeps flags before " -- " for itself', () => {
  it.each([
    ['prod:restore latest --select app --yes', 'npm run -s prod:restore -- latest --select app --yes'],
    ['prod:restore latest --select=app', 'npm run -s prod:restore -- latest --select app'],
    ['prod:restore latest --dry-run', 'npm run -s prod:restore -- latest --dry-run'],
    ['prod:restore latest -y', 'npm run -s prod:restore -- latest --yes'],
    ['prod:restore latest --no-safety', 'npm run -s prod:restore -- latest --no-safety'],
    ['prod:restore latest --json', 'npm run -s prod:restore -- latest --json'],
    ['prod:restore latest --sel=app', 'npm run -s prod:restore -- latest --select app'],
    ['prod:restore latest --select app --to /tmp/x', 'npm run -s prod:restore -- latest --select app --to /tmp/x'],
    ['prod:restore latest --to=/tmp/x', 'npm run -s prod:restore -- latest --to /tmp/x'],
    ['prod:restore latest --as beside', 'npm run -s prod:restore -- latest --as beside'],
    [
      'prod:restore latest --select app --as beside',
      'npm run -s prod:restore -- latest app beside --select <names> --as <database>',
    ],
    ["prod:restore latest --select='a b'", "npm run -s prod:restore -- latest --select 'a b'"],
    ['prod:backup --allow-shrink uploads', 'npm run -s prod:backup -- --allow-shrink uploads'],
    ['continuity restore latest --yes', 'npm run -s continuity -- restore latest --yes'],
    ['continuity restore latest --select app', 'npm run -s continuity -- restore latest --select app'],
  ])('npm run %s is refused, and the right line shown', async (line, right) => {
    const { args, environment } = await typeNpmRun(line);
    const refusal = findSwallowedFlags(definitions, args, environment);
    expect(refusal?.kind).toBe('usage');
    expect(refusal?.next).toBe(`Nothing was done. Type: ${right}`);
  });

  it.each([
    'prod:restore latest',
    'prod:restore -- latest --select app --yes --no-safety --json',
    'prod:restore -- latest --select=app -y',
    'continuity -- restore latest --yes',
    'other latest --yes',
  ])('npm run %s goes on', async (line) => {
    const { args, environment } = await typeNpmRun(line);
    expect(findSwallowedFlags(definitions, args, environment)).toBeUndefined();
  });

  it('without npm nothing is looked for', () => {
    expect(findSwallowedFlags(definitions, ['restore', 'latest'], { npm_config_yes: 'true' })).toBeUndefined();
  });
});
