import { join } from 'node:path';
import { Failure } from '../../src/logging/failure.ts';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import { status } from '../../src/operations/status.ts';
import { verify } from '../../src/operations/verify.ts';
import { runCommand } from '../../src/system/run-command.ts';
import type { Verdict } from '../../src/vault/vault-client.ts';
import { flipByteOf } from './tamper.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';

const report = 'This is a fault of the toolkit: please report it.';

/** Asks the vault how it is, has the newest archive proven, and reads it with tar alone. */
export async function playCheck(story: Story, stage: Stage, archive: string): Promise<string> {
  story.command('status');
  const { verdict, findings, count, state } = await status(stage.platform);
  if (verdict !== 'healthy') throw new Failure('damaged', `the vault is ${verdict}: ${findings.join('; ')}`, report);
  story.proof('vault', `healthy: ${count} archives, a ledger of ${state.ledger.lines} lines that is intact`);
  story.command(`verify ${archive} --level full`);
  const found = await verify(stage.platform, { archive, level: 'full' });
  if (!found.isSound) throw new Failure('damaged', `${archive} is damaged: ${describeDamage(found)}`, report);
  const { entries, databases, tables, bytes } = found.checked;
  story.proof(
    'archive',
    `every byte: ${entries} entries, ${databases.length} dumps with ${tables} tables, ${formatBytes(bytes)}`,
  );
  const listed = await runCommand('tar', ['--list', '--gzip', '--file', join(stage.vault, archive)], {
    maximumOutputBytes: 1 << 26,
  });
  if (listed.code !== 0 || listed.stderr !== '')
    throw new Failure('damaged', `tar refuses ${archive}: ${listed.stderr}`, report);
  story.proof('archive', 'tar alone reads it too: nothing of ours is needed to get at what is in it');
  return 'vault healthy, every byte proven';
}

/** Damages one file in one archive, and has both archives verified: the vault is to name exactly that file. */
export async function playDecay(
  story: Story,
  stage: Stage,
  { damaged, other, entry }: { damaged: { name: string; index: string }; other: string; entry: string },
): Promise<string> {
  const offset = await flipByteOf(stage, damaged, entry);
  story.harm('flipped', `one bit at byte ${offset} of ${damaged.name}`);
  story.harm('flipped', `inside ${entry}, behind the vault's back`);
  story.command(`verify ${damaged.name} --level full`);
  const found = await verify(stage.platform, { archive: damaged.name, level: 'full' });
  if (found.isSound) throw new Failure('failed', 'the verification did not notice the damage', report);
  const strangers = found.damage.filter(({ where }) => where !== entry);
  if (found.damage.length === 0 || strangers.length > 0) {
    throw new Failure('failed', `${entry} was damaged, but the verification names ${describeDamage(found)}`, report);
  }
  for (const { where, what } of found.damage) story.proof('found', `${where}: ${what}`);
  story.command(`verify ${other} --level full`);
  const sound = await verify(stage.platform, { archive: other, level: 'full' });
  if (!sound.isSound) throw new Failure('damaged', `${other} is damaged as well: ${describeDamage(sound)}`, report);
  story.proof('other night', 'is sound, and holds that file as well');
  return 'one bad bit found, and its file named';
}

function describeDamage({ damage }: Verdict): string {
  return damage.map(({ where, what }) => `${where}: ${what}`).join('; ');
}
