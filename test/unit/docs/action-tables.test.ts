import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);

interface ActionText {
  description: string;
  inputs?: Record<string, { description: string; required?: boolean; default?: string }>;
  outputs?: Record<string, { description: string }>;
}

let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'action-tables-'));
  for (const name of ['README.md', '.prettierrc', '.editorconfig']) await cp(join(root, name), join(copy, name));
});

afterEach(async () => {
  await rm(copy, { recursive: true });
});

/** As `npm run build -- readme` does it, over a copy. */
async function writeTables(): Promise<string> {
  const script = join(root, 'scripts', 'action-tables.mjs');
  const call = 'const { writeActionTables } = await import(process.argv[1]); await writeActionTables(process.argv[2]);';
  await run(process.execPath, ['--input-type=module', '--eval', call, script, copy]);
  return readFile(join(copy, 'README.md'), 'utf8');
}

async function copyActions(): Promise<Map<string, ActionText>> {
  const actions = new Map<string, ActionText>();
  for (const name of await readdir(join(root, 'actions'))) {
    const text = await readFile(join(root, 'actions', name, 'action.yml'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    await writeAction(name, text);
    actions.set(name, parse(text) as ActionText);
  }
  return actions;
}

async function writeAction(name: string, text: string): Promise<void> {
  await mkdir(join(copy, 'actions', name), { recursive: true });
  await writeFile(join(copy, 'actions', name, 'action.yml'), text);
}

/** The cells of a table's row as a reader of GitHub's markdown takes them apart. */
function findRow(text: string, name: string): string[] {
  const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function sectionOf(text: string, action: string): string {
  const from = text.lastIndexOf('### ', text.indexOf(`/actions/${action}@`));
  return text.slice(from, text.indexOf('</details>', from));
}

const backupWith = (fields: string) =>
  `name: Continuity backup\ndescription: Backs up.\ninputs:\n  writer-key:\n    description: Key.\n${fields}`;

describe("README's reference of the actions", () => {
  it('is what the action.yml files give, and does not change when written again', async () => {
    const committed = await readFile(join(root, 'README.md'), 'utf8');
    await copyActions();
    expect(await writeTables()).toBe(committed);
    expect(await writeTables()).toBe(committed);
  });

  it('has a row for every input and every output, with its description, default and whether it is required', async () => {
    const actions = await copyActions();
    const text = await readFile(join(root, 'README.md'), 'utf8');
    expect([...actions.keys()]).toEqual(expect.arrayContaining(['backup', 'restore', 'verify', 'watch']));
    for (const [action, { description, inputs = {}, outputs = {} }] of actions) {
      const [inputTable = '', outputTable = ''] = sectionOf(text, action).split(/^\| output /m);
      expect(inputTable).toContain(description);
      for (const [name, input] of Object.entries(inputs)) {
        const fallback = input.default ? `\`${input.default}\`` : '';
        expect(findRow(inputTable, name)).toEqual([
          `\`${name}\``,
          input.description,
          input.required ? 'yes' : 'no',
          fallback,
        ]);
      }
      for (const [name, output] of Object.entries(outputs)) {
        expect(findRow(outputTable, name)).toEqual([`\`${name}\``, output.description]);
      }
    }
  });

  it('keeps bars, backticks, tags and line breaks inside their cell', async () => {
    const description = '`a|b`, a | b, <b> and `<b>`.';
    await writeAction(
      'backup',
      backupWith(`  odd:\n    description: |\n      ${description}\n      Next line.\n    default: 'x|\`y\`'\n`),
    );
    expect(findRow(await writeTables(), 'odd')).toEqual([
      '`odd`',
      '`a|b`, a | b, \\<b> and `<b>`. Next line.',
      'no',
      '`` x|`y` ``',
    ]);
  });

  it('refuses an action without a usage block, and a usage block with an input that is gone', async () => {
    await writeAction('unknown', 'name: Unknown\ndescription: Has no usage block.\n');
    await expect(writeTables()).rejects.toThrow('add to usages what a step gives actions/unknown');
    await rm(join(copy, 'actions', 'unknown'), { recursive: true });
    await writeAction('backup', backupWith('').replace('writer-key', 'another-key'));
    await expect(writeTables()).rejects.toThrow('actions/backup/action.yml has no input writer-key');
  });

  it('leaves a README without its two marks alone', async () => {
    await copyActions();
    await writeFile(join(copy, 'README.md'), '# Another project\n');
    await expect(writeTables()).rejects.toThrow('README.md: expected <!-- actions');
    expect(await readFile(join(copy, 'README.md'), 'utf8')).toBe('# Another project\n');
  });
});
