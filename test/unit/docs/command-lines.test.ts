import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CommandDefinition } from '../../../scripts/commands/command.ts';
import { commands } from '../../../scripts/commands/index.ts';
import { cardPage, manualPage, readCommandLines, readLoneOptions } from '../../fixtures/command-lines.ts';
import { typedElsewhere, typedFromCard, typedInManual, typedOnStack } from '../../fixtures/line-places.ts';

const root = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const pages = [manualPage, cardPage];
const lines = pages.flatMap(readCommandLines);
const known: string[] = [...typedInManual, ...typedFromCard, ...typedOnStack, ...Object.keys(typedElsewhere)];

const optionsOf = ({ options = [] }: CommandDefinition): string[] =>
  [...options.map(({ flags }) => flags), '--json', '--config', '--verbose', '--help'].map(
    (flags) => flags.split(' ')[0] as string,
  );

/** The command that words of `continuity` name, and what is wrong with the rest. */
function findFaults(words: readonly string[]): string[] {
  const definition = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `));
  if (!definition) return [`there is no command ${words[0]}`];
  const options = words.filter((word) => word.startsWith('--'));
  return options.filter((option) => !optionsOf(definition).includes(option)).map((option) => `no option ${option}`);
}

function judge(line: string): string[] {
  const npm = /^(?:npm run )?(?:-s )?((?:prod|dev):[a-z-]+|continuity)(?: -- (.*))?$/.exec(line);
  if (npm) {
    const [, script = '', rest = ''] = npm;
    const command = /index\.js ?(.*)$/.exec(scripts[script] ?? '')?.[1];
    if (command === undefined) return [`package.json has no script ${script}`];
    return findFaults(`${command} ${rest}`.trim().split(' '));
  }
  const script = /(?:^|sudo )(infrastructure\/\S+\.sh)(.*)$/.exec(line);
  if (!script) return [];
  const [, path = '', rest = ''] = script;
  if (!existsSync(join(root, path))) return [`there is no ${path}`];
  const text = readFileSync(join(root, path), 'utf8');
  const recover = commands.find(({ name }) => name === 'recover') as CommandDefinition;
  const knows = (option: string) =>
    text.includes(option) || (path.endsWith('recover.sh') && optionsOf(recover).includes(option));
  return [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option).filter((option) => !knows(option));
}

describe('every line that the manual and the emergency card ask people to type', () => {
  it('is typed by a test, or stands in the list of those that cannot be, once', () => {
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => !known.includes(line))).toEqual([]);
    expect(known.filter((line, place) => known.indexOf(line) !== place)).toEqual([]);
  });

  it('is still there: no test types what nobody reads any more', () => {
    expect(known.filter((line) => !lines.includes(line))).toEqual([]);
  });

  it('names commands, options and files that there are', () => {
    expect(lines.flatMap((line) => judge(line).map((fault) => `${line}: ${fault}`))).toEqual([]);
  });

  it('has a test that is there where it is run in another form', () => {
    const tests = Object.values(typedElsewhere).flatMap(({ test }) => test ?? []);
    expect(tests.filter((test) => !existsSync(join(root, test)))).toEqual([]);
  });

  it('is completed only by options that a command has', () => {
    const all = new Set(commands.flatMap(optionsOf));
    const revoke = readFileSync(join(root, 'infrastructure/recovery/revoke-writer-key.sh'), 'utf8');
    const unknown = pages.flatMap(readLoneOptions).filter((option) => !all.has(option) && !revoke.includes(option));
    expect(unknown).toEqual([]);
  });
});

describe('the manual', () => {
  const text = readFileSync(join(root, manualPage), 'utf8');

  it.each([
    'https://home.educ-ai.fr',
    'https://dev.educ-ai.fr',
    '80 (HTTP), 443 (HTTPS)',
    '8081',
    '4 To',
    '172.16.95.98',
    '/srv/tc-data/backups',
    '1825 jours (5 ans)',
    'infrastructure/backup_production.sh',
    '3h00',
    '4 bases (App, Keycloak, Odoo, Mattermost)',
    '`uploads`',
    'rsync',
    '4660',
    'RSA 4096',
    'Chaque push déclenche une sauvegarde',
    '**Branche develop**',
    'docker-compose up -d',
    'uniquement via le réseau interne',
  ])('keeps of its first edition: %s', (fact) => {
    expect(text).toContain(fact);
  });

  it('keeps its chapters in their order', () => {
    const chapters = [...text.matchAll(/^##+ (\d[\d.]*) /gm)].map(([, number]) => number);
    expect(chapters).toEqual([
      '1',
      '2',
      '2.1',
      '2.2',
      '3',
      '3.1',
      '3.2',
      '4',
      '4.1',
      '4.2',
      '4.3',
      '5',
      '5.1',
      '5.2',
      '6',
    ]);
  });
});
