import { PathChoice } from '../../src/archive/path-choice.ts';
import { toJsonText } from '../../src/logging/json-text.ts';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import { listEntries, type ListedEntry } from '../../src/operations/list.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';
import { writeLine } from './write-line.ts';

export const lsCommand: CommandDefinition = {
  name: 'ls',
  summary: 'List what an archive holds at and below a path; with --json one object a line.',
  example: 'npm run -s continuity -- ls latest uploads/student_0042',
  arguments: [
    { name: 'archive', description: 'name, date or latest' },
    { name: 'path', description: 'a path or glob in the archive, such as uploads/student_0042', isOptional: true },
  ],
  async run(context, [archive = '', path]) {
    const paths = path === undefined ? {} : { paths: PathChoice.parse([path]) };
    const platform = await openPlatform(context, 'ls');
    const { entries, close } = await listEntries(platform, { archive, ...paths });
    try {
      // Streamed: an archive may hold a million entries.
      for await (const entry of entries) {
        await writeLine(context.json ? toJsonText(entry) : renderEntry(entry));
      }
    } finally {
      await close();
    }
    return undefined;
  },
};

const LETTERS = { dir: 'd', reg: '-', symlink: 'l', hardlink: 'h', chunk: ' ' } as const;

/** One line; control characters in a name are shown escaped, so that no name can play tricks on a terminal. */
function renderEntry({ type, mode, uid, gid, sizeBytes, modified, name, linkName }: ListedEntry): string {
  const owner = `${uid}:${gid}`.padEnd(11);
  const when = modified.slice(0, 19).replace('T', ' ');
  const target = linkName === undefined ? '' : ` -> ${printable(linkName)}`;
  return `${LETTERS[type]}${mode} ${owner} ${formatBytes(sizeBytes).padStart(8)} ${when} ${printable(name)}${target}`;
}

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => toJsonText(character).slice(1, -1));
}
