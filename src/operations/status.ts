import { exitCodes } from '../logging/failure.ts';
import { formatTime } from '../logging/format-time.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../vault/vault-client.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { describeJournal, describePhase, describeRemedy, FINISHING_COMMANDS } from './restore/interrupted-text.ts';
import { listKept } from './restore/kept.ts';
import { measureKept, type KeptState } from './restore/measure-kept.ts';
import { readJournal, type RestoreJournal } from './restore/journal.ts';
import { readHalted } from './services/halted-record.ts';
import { describeUpkeepFaults, judgeUpkeep, type UpkeepState } from './upkeep-state.ts';

/** How things stand, worst first; sizes in bytes, times RFC 3339. */
export interface StatusResult {
  vault: string;
  /** `neglected`: the archives are well, but upkeep of the vault has faults. */
  verdict: 'healthy' | 'neglected' | 'stale' | 'damaged' | 'missing';
  /** One sentence each, in the order of their weight. */
  findings: string[];
  newest?: ArchiveSummary;
  oldest?: ArchiveSummary;
  count: number;
  state: VaultStatus;
  /** How the vault's upkeep stands; empty where it has none. */
  upkeep: UpkeepState[];
  /** A restore that was interrupted: the next command that changes anything finishes or reverts it. */
  interrupted?: RestoreJournal;
  /** What restores replaced, until `forget`, and what it takes. */
  kept: KeptState[];
  exitCode: number;
}

const exitCodeOf: Record<StatusResult['verdict'], number> = {
  healthy: exitCodes.ok,
  neglected: exitCodes.stale,
  stale: exitCodes.stale,
  damaged: exitCodes.damaged,
  missing: exitCodes.stale,
};

/** Looks at the vault and at what this host has left to do. Changes nothing. */
export async function status(platform: Platform): Promise<StatusResult> {
  const vault = await openVault(platform, 'writer');
  try {
    return await judge(platform, vault);
  } finally {
    await vault.close();
  }
}

async function judge(platform: Platform, vault: VaultClient): Promise<StatusResult> {
  const { config, now } = platform;
  const state = await vault.status();
  const all = [...state.archives].sort((a, b) => (a.sealed < b.sealed ? 1 : -1));
  // A safety copy before a restore is no sign that nights are backed up.
  const newest = all.find(({ isForeign, trigger }) => !isForeign && trigger !== 'safety');
  const findings: string[] = [];
  const damaged = state.archives.filter(({ fault, verdict }) => fault !== undefined || verdict?.isSound === false);
  for (const { name, fault, verdict } of damaged) {
    const found = verdict ? `${verdict.level}, ${formatTime(verdict.time, config.timezone)}` : '';
    findings.push(fault ? `${name}: ${fault}` : `${name} was found damaged (${found})`);
  }
  if (!state.ledger.isIntact) findings.push(`the vault's ledger cannot be trusted: ${state.ledger.fault ?? 'broken'}`);
  const ageMs = newest ? now().getTime() - Date.parse(newest.sealed) : Infinity;
  const isStale = ageMs > config.maximumAgeMs;
  if (!newest) findings.unshift('the vault holds no archive');
  else if (isStale) findings.push(`the newest archive, ${newest.name}, is ${Math.round(ageMs / 3_600_000)} h old`);
  const newestIsDamaged = newest !== undefined && damaged.includes(newest);
  const upkeep = judgeUpkeep(state);
  findings.push(...describeUpkeepFaults(upkeep));
  const isFaulty = (verb: UpkeepState['verb']): boolean =>
    upkeep.some((known) => known.verb === verb && known.state === 'faulty');
  const verdict = !newest
    ? 'missing'
    : damaged.length > 0 || !state.ledger.isIntact || isFaulty('scrub') || isFaulty('audit')
      ? 'damaged'
      : isStale || isFaulty('freshness')
        ? 'stale'
        : isFaulty('prune') || isFaulty('sweep')
          ? 'neglected'
          : 'healthy';
  if (newestIsDamaged) findings.unshift('the newest archive is damaged: run a backup, then verify it');
  const interrupted = await readJournal(config.state);
  if (interrupted)
    findings.push(
      `the ${describeJournal(interrupted)}, begun ${formatTime(interrupted.started, config.timezone)}, is going on, or was interrupted ${describePhase(interrupted)}: then ${FINISHING_COMMANDS} ${describeRemedy(interrupted)}`,
    );
  const halted = await readHalted(config.state);
  if (halted) {
    const names = [...new Set(halted.containers.map(({ service }) => service))].join(', ');
    findings.push(
      `${names}: halted by ${halted.holder}, ${formatTime(halted.since, config.timezone)}; where it was killed, ${FINISHING_COMMANDS} starts them`,
    );
  }
  const oldest = all.at(-1);
  return {
    vault: vault.label,
    verdict,
    findings: [...findings, ...state.warnings],
    ...(newest ? { newest } : {}),
    ...(oldest ? { oldest } : {}),
    count: state.archives.length,
    state,
    upkeep,
    ...(interrupted ? { interrupted } : {}),
    kept: await measureKept(platform, await listKept(config.state)),
    exitCode: exitCodeOf[verdict],
  };
}
