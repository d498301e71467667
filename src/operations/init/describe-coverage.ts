import { nameDatabase } from '../coverage/find-gaps.ts';
import type { ConfigPlan } from './plan-config.ts';
import type { ProposedDatabase } from '../coverage/postgres-servers.ts';
import type { ProposedFiles, UncoveredMount } from '../coverage/propose.ts';
import type { Survey } from './survey.ts';

/** What was found in the compose file, and how continuity.yml stands to it. */
export interface Coverage {
  readonly composeFiles: readonly string[];
  readonly readBy: 'docker' | 'yaml' | 'nothing';
  readonly databases: readonly ProposedDatabase[];
  readonly files: readonly ProposedFiles[];
  readonly notCovered: readonly UncoveredMount[];
  /** What a continuity.yml that was there says nothing about: databases, volumes, bind mounts. */
  readonly gaps: readonly string[];
  /** What may hold data and is left out until a person has decided. */
  readonly open: readonly string[];
  readonly warnings: readonly string[];
}

/** Puts findings and configuration side by side. */
export function describeCoverage({ compose, proposal }: Survey, plan: ConfigPlan): Coverage {
  const { open } = plan.gaps;
  const gaps = [
    ...plan.gaps.databases.map(nameDatabase),
    ...plan.gaps.files.map(nameMount),
    ...plan.gaps.presumed.map(nameMount),
  ];
  const warnings = [
    ...(compose.note === undefined ? [] : [compose.note]),
    ...(compose.readBy === 'nothing'
      ? [
          'there is no compose file at the top of the repository: name one that lies elsewhere with --compose, or write by hand what there is to protect',
        ]
      : []),
    ...(plan.isByHand
      ? gaps.map(
          (gap) =>
            `continuity.yml says nothing about ${gap}: add it, or leave it out under not-covered: with the reason`,
        )
      : []),
    ...open.map((mount) => `not covered yet: ${nameMount(mount)}: ${mount.reason}`),
  ];
  return {
    composeFiles: compose.files,
    readBy: compose.readBy,
    databases: proposal.databases,
    files: proposal.files,
    notCovered: proposal.uncovered,
    gaps,
    open: open.map(({ label }) => label),
    warnings,
  };
}

function nameMount({ label, services }: { label: string; services: readonly string[] }): string {
  return services.length === 0 ? label : `${label} (${services.join(', ')})`;
}
