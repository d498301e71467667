import { expect, it } from '@jest/globals';
import type { TocLine } from '../../../src/archive/toc-line.ts';
import { readSourceLines } from '../../../src/operations/restore/source-lines.ts';

it('of a source, its lines are read, and one behind them', async () => {
  const names = ['plans/', 'plans/a', 'uploads/', 'uploads/a', 'uploads-old/', 'uploads-old/a', 'MANIFEST.json'];
  const read: string[] = [];
  async function* lines(): AsyncGenerator<TocLine> {
    for (const name of names) {
      read.push(name);
      yield { name: Buffer.from(name), type: name.endsWith('/') ? 'dir' : 'reg', offset: 0 };
    }
  }
  const found: string[] = [];
  for await (const { name } of readSourceLines({ lines }, 'uploads')) found.push(name.toString());
  expect(found).toEqual(['uploads/', 'uploads/a']);
  expect(read).toEqual(names.slice(0, 5));
});
