import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const manual = readFileSync(join(root, 'docs/manuel-exploitation.md'), 'utf8');

/** What Docker says by itself. */
const byOthers = ['pull access denied', 'unauthorized', 'unable to prepare context: path'];

function readSources(): string {
  return ['src', 'scripts/commands', 'scripts/swallowed-flags.ts', 'infrastructure']
    .flatMap((place) =>
      place.endsWith('.ts')
        ? [place]
        : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
            .filter((name) => /\.(ts|sh)$/.test(name))
            .map((name) => join(place, name)),
    )
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
}

it("names in the manual's tables of messages what a program says, word for word", () => {
  const sources = readSources();
  const tables = [...manual.matchAll(/^\| Message[^]*?(?=\n\n)/gm)].map(([table]) => table);
  const messages = tables.flatMap((table) =>
    table
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)),
  );
  expect(messages.length).toBeGreaterThan(20);
  const fragments = messages.flatMap((message) => message.split('…').map((part) => part.trim().replace(/^[:;] /, '')));
  const missing = fragments.filter((part) => part.length > 2 && !sources.includes(part) && !byOthers.includes(part));
  expect(missing).toEqual([]);
});
