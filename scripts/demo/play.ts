import { formatBytes, formatDuration } from '../../src/logging/quantity-text.ts';
import type { BackupResult } from '../../src/operations/backup.ts';
import { playAccident, playForget, playRestore } from './accident.ts';
import { playCheck, playDecay } from './checks.ts';
import type { PlatformProof } from './differences.ts';
import { registerEvidence } from './evidence.ts';
import { compareNights, playDay, playNight } from './nights.ts';
import { provePlatform, requireEvidence, requireSame } from './prove-platform.ts';
import { setStage, type Stage, type StageOptions } from './stage.ts';
import type { Story } from './story.ts';
import { countFiles, proveTree } from './tree-proof.ts';

const MIDDLE_BYTES = 150_000;

/**
 * Plays one night and one accident, for real.
 * @throws Failure where anything is not as it has to be.
 */
export async function play(story: Story, options: StageOptions): Promise<void> {
  const begun = performance.now();
  let stage!: Stage;
  let first!: BackupResult;
  let second!: BackupResult;
  let before!: PlatformProof;
  const step = async (title: string, work: () => Promise<string>) => {
    await story.step(title, async () => {
      const outcome = await work();
      for (const warning of stage.warnings.take()) story.note(warning);
      return outcome;
    });
  };

  await step('A platform with something to lose', async () => {
    stage = await setStage(options);
    return await introduce(story, stage);
  });
  await step('First night: everything is new', async () => {
    first = await playNight(story, stage);
    return `${formatBytes(first.sizeBytes)} sealed in the vault`;
  });
  await step('The day after: 1 % of everything changes', async () => {
    await playDay(story, stage);
    await registerEvidence(stage.cluster, await proveTree(stage.uploads));
    return 'rows and files';
  });
  await step('Second night: only what changed', async () => {
    second = await playNight(story, stage);
    return compareNights(story, first, second);
  });
  await step('Is the vault in order?', async () => await playCheck(story, stage, second.archive));
  await step('The accident', async () => {
    before = await provePlatform(stage);
    await requireEvidence(stage, before);
    return await playAccident(story, stage, before);
  });
  await step('The restore', async () => await playRestore(story, stage));
  await step('Is everything back?', async () => {
    const after = await provePlatform(stage);
    requireSame(before, after);
    tellProof(story, after, await requireEvidence(stage, after));
    return 'everything, byte for byte';
  });
  await step('What the restore replaced', async () => await playForget(story, stage, before));
  await step('A disk decays', async () => {
    const damaged = { name: first.archive, index: first.index };
    return await playDecay(story, stage, { damaged, other: second.archive, entry: chooseVictim(before) });
  });
  summarize(story, performance.now() - begun);
}

async function introduce(story: Story, stage: Stage): Promise<string> {
  const { cluster, sshd, uploads } = stage;
  const tree = await proveTree(uploads);
  await registerEvidence(cluster, tree);
  const [[version = ''] = []] = await cluster.query('postgres', 'SHOW server_version;');
  const { files, bytes } = countFiles(tree);
  story.fact(
    'databases',
    `PostgreSQL ${version.split(' ')[0] ?? ''} on port ${cluster.port}: app, keycloak, odoo, mattermost`,
  );
  story.fact(
    'uploads',
    `${files} files, ${formatBytes(bytes)}, mostly incompressible; links, a sparse file, odd names`,
  );
  story.fact('vault', `OpenSSH on port ${sshd.port}; two fresh RSA-4096 keys: one can only add, one only read`);
  return `4 databases, ${files} files`;
}

/** A file that stands alone in the archive, so that nothing else is hit, and that is the same in both nights. */
function chooseVictim({ tree }: PlatformProof): string {
  const candidates = [...tree].filter(
    ([path, { bytes = 0 }]) => /^students\/15\d\//.test(path) && bytes > MIDDLE_BYTES,
  );
  return `uploads/${candidates[0]?.[0] ?? ''}`;
}

function tellProof(story: Story, { databases, tree }: PlatformProof, rows: number): void {
  for (const [key, { fingerprints, dumpBytes }] of databases) {
    const tables = Object.values(fingerprints.tables);
    const count = tables.reduce((sum, table) => sum + table.rows, 0);
    story.proof(
      key,
      `${count} rows in ${tables.length} tables; its dump of ${formatBytes(dumpBytes)} is the same, byte for byte`,
    );
  }
  story.proof('uploads', `${tree.size} entries: names, contents, modes, owners, links, times to the nanosecond`);
  story.proof('together', `${rows} rows of evidence lead to their files`);
}

function summarize(story: Story, tookMs: number): void {
  story.say('');
  story.title('Summary');
  const rows = story.steps.map(({ title, outcome, tookMs: each }, index) => [
    `${index + 1}`,
    title,
    outcome,
    formatDuration(each),
  ]);
  story.table([['', 'STEP', 'OUTCOME', 'TIME'], ...rows], [0, 3]);
  story.say('');
  story.title(`Everything is back, and nothing differs. ${formatDuration(tookMs)} in all.`);
}
