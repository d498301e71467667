// Writes README's reference of the actions from their action.yml: a usage block, the inputs and the outputs of each.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const BEGIN = '<!-- actions: written by `npm run build` from actions/*/action.yml -->';
const END = '<!-- /actions -->';

const urls = { APP_DATABASE_URL: '${{ secrets.APP_DATABASE_URL }} # every url-env of continuity.yml' };
/** What a step usually gives each action; what may be left out as a rule is left out. */
const usages = {
  backup: { env: urls, with: { 'writer-key': '${{ secrets.WRITER_KEY }}' } },
  'deploy-dev': { with: { url: 'https://dev.educ-ai.fr' } },
  restore: {
    env: urls,
    with: {
      archive: '${{ inputs.archive }}',
      'dry-run': '${{ inputs.dry-run }}',
      confirm: '${{ inputs.confirm }}',
      'allowed-actors': '${{ vars.RESTORE_ACTORS }}',
      'reader-key': '${{ secrets.READER_KEY }}',
      'writer-key': '${{ secrets.WRITER_KEY }}',
    },
  },
  verify: {
    with: { archive: '${{ steps.backup.outputs.archive }}', level: 'seal', 'writer-key': '${{ secrets.WRITER_KEY }}' },
  },
  watch: { with: { 'runner-token': '${{ secrets.RUNNER_TOKEN }}' } },
};

/**
 * Replaces what stands between the two marks in README.md, and formats the whole as `npm run format` does. The same
 * sources give the same bytes.
 */
export async function writeActionTables(root) {
  const path = join(root, 'README.md');
  const text = await readFile(path, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`README.md: expected ${BEGIN}, and ${END} after it`);
  const written = [text.slice(0, begin) + BEGIN, ...(await describeActions(root)), text.slice(end)].join('\n\n');
  const style = await resolveConfig(path, { editorconfig: true });
  await writeFile(path, await format(written, { ...style, parser: 'markdown' }));
  console.log('README.md');
}

async function describeActions(root) {
  const folder = join(root, 'actions');
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, 'action.yml'))).sort();
  return Promise.all(
    names.map(async (name) => describeAction(name, parse(await readFile(join(folder, name, 'action.yml'), 'utf8')))),
  );
}

function describeAction(name, { name: title, description, inputs = {}, outputs = {} }) {
  return [
    `### ${title}`,
    escapeText(description),
    `\`\`\`yaml\n${writeUsage(name, inputs)}\n\`\`\``,
    '<details>\n<summary>Inputs and outputs</summary>',
    writeTable(
      ['input', 'description', 'required', 'default'],
      Object.entries(inputs).map(([key, { description, required, default: value }]) => [
        quoteCode(key),
        escapeText(description),
        required === true || required === 'true' ? 'yes' : 'no',
        quoteCode(String(value ?? '')),
      ]),
    ),
    writeTable(
      ['output', 'description'],
      Object.entries(outputs).map(([key, { description }]) => [quoteCode(key), escapeText(description)]),
    ),
    '</details>',
  ].join('\n\n');
}

function writeUsage(name, inputs) {
  const usage = usages[name];
  if (!usage) throw new Error(`scripts/action-tables.mjs: add to usages what a step gives actions/${name}`);
  const unknown = Object.keys(usage.with).filter((key) => !(key in inputs));
  if (unknown.length > 0) throw new Error(`actions/${name}/action.yml has no input ${unknown.join(', ')}`);
  const writeMap = (key) =>
    usage[key] ? [`  ${key}:`, ...Object.entries(usage[key]).map(([each, value]) => `    ${each}: ${value}`)] : [];
  return [`- uses: OWNER/REPO/actions/${name}@<sha> # vX.Y.Z`, ...writeMap('env'), ...writeMap('with')].join('\n');
}

function writeTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A description is markdown already, but no cell's end, line's end or tag. */
function escapeText(text) {
  return escapeCell(
    text
      .split(/(`+[^`]*`+)/)
      .map((part, index) => (index % 2 === 1 ? part : part.replace(/\\?</g, '\\<')))
      .join(''),
  );
}

function quoteCode(text) {
  if (text === '') return '';
  const fence = text.includes('`') ? '``' : '`';
  const space = text.includes('`') ? ' ' : '';
  return escapeCell(`${fence}${space}${text}${space}${fence}`);
}

function escapeCell(text) {
  return text.trim().replace(/\s+/g, ' ').replace(/\\?\|/g, '\\|');
}
