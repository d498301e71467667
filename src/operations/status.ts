import { exitCodes } from '../logging/failure.ts';
import { formatTime } from '../logging/format-time.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../vault/vault-client.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { listKept } from './restore/kept.ts';
import { measureKept, type KeptState } from './restore/measure-kept.ts';
import type { RestoreJournal } from './restore/journal.ts';
import { findUnfinished } from './restore/unfinished.ts';
import { describeUpkeepFaults, judgeUpkeep, type UpkeepState } from './upkeep-state.ts';

/** How things stand, worst first; sizes in bytes, times RFC 3339. */
export interface StatusResult {
  vault: string;
  /**
   * `interrupted`: a restore or an undo was killed on this host, and services may stand still. `neglected`: the archives are
   * well, but upkeep of the vault has faults.
   */
  verdict: 'healthy' | 'neglected' | 'stale' | 'interrupted' | 'damaged' | 'missing';
  /** One sentence each, in the order of their weight. */
  findings: string[];
  newest?: ArchiveSummary;
  oldest?: ArchiveSummary;
  count: number;
  state: VaultStatus;
  /** How the vault's upkeep stands; empty where it has none. */
  upkeep: UpkeepState[];
  /** A restore or an undo that goes on, or was interrupted: then the next command that changes anything ends or reverts it. */
  interrupted?: RestoreJournal;
  /** What restores replaced, until `forget`, and what it takes. */
  kept: KeptState[];
  exitCode: number;
}

const exitCodeOf: Record<StatusResult['verdict'], number> = {
  healthy: exitCodes.ok,
  neglected: exitCodes.stale,
  stale: exitCodes.stale,
  interrupted: exitCodes.stale,
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
  const faulty = new Set(upkeep.filter((known) => known.state === 'faulty').map(({ verb }) => verb));
  const unfinished = await findUnfinished(platform);
  const isDamaged = damaged.length > 0 || !state.ledger.isIntact || faulty.has('scrub') || faulty.has('audit');
  const verdict = nameVerdict({
    missing: !newest,
    damaged: isDamaged,
    interrupted: unfinished?.isGoingOn === false,
    stale: isStale || faulty.has('freshness'),
    neglected: faulty.has('prune') || faulty.has('sweep'),
  });
  if (newestIsDamaged) findings.unshift('the newest archive is damaged: run a backup, then verify it');
  // What stands still on production comes before any archive.
  findings.unshift(...(unfinished?.findings ?? []));
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
    ...(unfinished?.journal ? { interrupted: unfinished.journal } : {}),
    kept: await measureKept(platform, await listKept(config.state)),
    // Damage is told by the code whatever is more urgent.
    exitCode: isDamaged ? exitCodes.damaged : exitCodeOf[verdict],
  };
}

/** The first that holds, in the order in which they are told: services that stand still now before any archive. */
function nameVerdict(holds: Record<Exclude<StatusResult['verdict'], 'healthy'>, boolean>): StatusResult['verdict'] {
  const worstFirst = ['interrupted', 'missing', 'damaged', 'stale', 'neglected'] as const;
  return worstFirst.find((verdict) => holds[verdict]) ?? 'healthy';
}
