import { listVerdictFaults, runTold } from '../../src/alerts/run-told.ts';
import { Failure } from '../../src/logging/failure.ts';
import { countOf } from '../../src/logging/quantity-text.ts';
import { verify } from '../../src/operations/verify.ts';
import { adviseForeign } from '../../src/report/foreign-proof.ts';
import { summarizeVerdict } from '../../src/report/summary/verdict-summary.ts';
import { renderVerdict } from '../../src/report/verdict-report.ts';
import type { Verdict } from '../../src/vault/vault-client.ts';
import { openPlatform } from '../frame/platform.ts';
import { runAction } from '../frame/run-action.ts';
import { probeVault } from './probe.ts';

await runAction({
  name: 'verify',
  async run(context) {
    const { inputs } = context;
    const archive = inputs.archive('archive', 'latest');
    const level = inputs.choice('level', ['seal', 'full']) ?? 'full';
    const attacks = inputs.flag('attack') ?? false;
    const platform = await openPlatform(context, {
      command: 'verify',
      config: inputs.text('config'),
      writerKey: inputs.secret('writer-key'),
    });
    const told = { subject: 'production.verify', listFaults: listVerdictFaults } as const;
    const verdict = await runTold(platform, told, () => verify(platform, { archive, level }));
    const { name, isSound, checked, damage } = verdict;
    const { timezone } = platform.config;
    const probe = attacks ? await probeVault(platform) : undefined;
    const failure = isSound ? probe?.failure : describeDamage(verdict);
    return {
      result: probe?.result ? { ...verdict, attack: probe.result } : verdict,
      outputs: {
        archive: name,
        verdict: isSound ? 'sound' : 'damaged',
        level: verdict.level,
        'index-digest': verdict.index,
        'checked-entries': checked.entries,
        'checked-bytes': checked.bytes,
        'checked-databases': checked.databases.join(','),
        'checked-tables': checked.tables,
        'damage-count': damage.length,
        attack: probe?.result?.verdict,
      },
      report: [renderVerdict(verdict, timezone), probe?.report ?? ''].join('\n\n').trim(),
      summary: [summarizeVerdict(verdict, timezone), probe?.summary ?? ''].join('\n').trim(),
      ...(failure ? { failure } : {}),
    };
  },
});

function describeDamage(verdict: Verdict): Failure {
  const { name, damage, isForeign } = verdict;
  const [first] = damage;
  const example = first ? `, first of all ${first.where}: ${first.what}` : '';
  return new Failure(
    'damaged',
    `${name} is damaged in ${countOf(damage.length, 'place')}${example}`,
    isForeign
      ? `The summary names every damaged part; ${adviseForeign(verdict)}.`
      : 'Run a backup: it brings anew what is damaged. The summary names every damaged part; all else can be restored.',
  );
}
