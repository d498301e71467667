import { readWorkflow } from '../../github/workflows.ts';
import { requireRepository } from '../../github/repository.ts';
import { code } from '../../logging/code-span.ts';
import type { WatchContext } from './context.ts';
import { makeKey, type Finding } from './finding.ts';

/** A workflow, as far as it is there, and what is wrong with it. */
export interface CheckedWorkflow {
  /** There is such a file, if perhaps disabled. */
  isThere: boolean;
  /** Milliseconds since 1970; undefined where nobody says. */
  createdMs?: number;
  finding?: Finding;
}

/**
 * Looks whether a workflow is there, how old it is, and whether it runs.
 * @throws GitHubFailure where the token cannot see the repository: then nothing is known of its workflows either.
 */
export async function checkWorkflow(context: WatchContext, workflow: string): Promise<CheckedWorkflow> {
  const { api, repository } = context;
  const found = await readWorkflow(api, repository, workflow);
  if (found === undefined) {
    await requireRepository(api, repository);
    return { isThere: false, finding: describeMissing(context, workflow) };
  }
  return {
    isThere: true,
    ...(found.created_at ? { createdMs: Date.parse(found.created_at) } : {}),
    ...(found.state === 'active' ? {} : { finding: describeDisabled(context, workflow, found.state) }),
  };
}

function describeMissing({ repositoryUrl }: WatchContext, workflow: string): Finding {
  return {
    key: makeKey('workflow', workflow, 'missing'),
    what: {
      french: `Le fichier ${code(`.github/workflows/${workflow}`)} n’existe pas.`,
      english: `The file ${code(`.github/workflows/${workflow}`)} does not exist.`,
    },
    next: {
      french: 'Remettre ce fichier sur la branche par défaut, ou retirer ses tâches des entrées de la surveillance.',
      english: 'Put the file back on the default branch, or take its jobs out of the inputs of the watch.',
    },
    url: `${repositoryUrl}/actions`,
  };
}

function describeDisabled({ repositoryUrl }: WatchContext, workflow: string, state: string): Finding {
  const why = describeState(state);
  return {
    key: makeKey('workflow', workflow, state),
    what: {
      french: `Le workflow ${code(workflow)} est désactivé (${why.french}).`,
      english: `The workflow ${code(workflow)} is disabled (${why.english}).`,
    },
    next: {
      french: `L’activer : onglet Actions, ${code(workflow)}, « Enable workflow », ou ${code(`gh workflow enable ${workflow}`)}.`,
      english: `Enable it: tab Actions, ${code(workflow)}, "Enable workflow", or ${code(`gh workflow enable ${workflow}`)}.`,
    },
    url: `${repositoryUrl}/actions/workflows/${workflow}`,
  };
}

function describeState(state: string): { french: string; english: string } {
  if (state === 'disabled_manually') return { french: 'à la main', english: 'by hand' };
  if (state === 'disabled_inactivity') {
    return {
      french: 'par GitHub, après 60 jours sans activité dans le dépôt',
      english: 'by GitHub, after 60 days without activity in the repository',
    };
  }
  const word = code(state, 50);
  return { french: word, english: word };
}
