import type { Attempt } from './attempt.ts';
import type { Target } from './ground.ts';
import { judge, readAnswer } from './judge.ts';
import type { Said } from './said.ts';

const findResult = (said: Said): string | undefined =>
  readAnswer(said)?.result === undefined ? undefined : `it was answered: ${said.stdout.slice(0, 80)}`;

/** Words of the vault's protocol that production may not use, or that nobody may. What could delete names nothing. */
const words: readonly [what: string, write: (target: Target) => string, body?: string][] = [
  ['read the newest archive’s first byte', ({ newest }) => `read ${newest}`, '0,1\n'],
  ['read the index of an older archive', ({ older }) => `index ${older}`],
  ['be told what an archive of the former script holds', () => 'survey backup_full_2020-01-01_03-00.tar.gz'],
  ['read past the vault’s folder', () => 'read ../../../etc/passwd', '0,1\n'],
  ['take another role', () => 'vault serve --role owner --path / status'],
  ['answer as the keeper', ({ newest }) => `vault answer --role reader read ${newest}`, '0,1\n'],
  ['delete (of a name that is free)', ({ free }) => `delete ${free}`],
  ['retire (of a name that is free)', ({ free }) => `retire ${free}`],
  ['vault retire (of a name that is free)', ({ free }) => `vault retire ${free} --reason probe`],
  ['prune', () => 'vault prune --dry-run'],
  ['rename (of a name that is free)', ({ free }) => `rename ${free} ${free}`],
  ['set the clock back', () => 'vault prune --dry-run --accept-clock'],
  ['name a property of every object as a word', () => 'constructor'],
];

export const wordAttempts: readonly Attempt[] = words.map(([what, write, body = '']) => ({
  area: 'words',
  what,
  run: async (ground) => judge(await ground.ask(write(ground.target), { body }), findResult),
}));
