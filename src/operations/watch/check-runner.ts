import { GitHubFailure } from '../../github/github-failure.ts';
import type { GitHubApi } from '../../github/github-api.ts';
import { listRunners } from '../../github/runners.ts';
import { code } from '../../logging/code-span.ts';
import type { WatchContext } from './context.ts';
import { makeKey, type Finding } from './finding.ts';

export type RunnerState = 'online' | 'offline' | 'absent' | 'unknown';

/** Whether a runner with the label is online. A token that may not list runners is a warning: the rest is known. */
export async function checkRunner(
  context: WatchContext,
  api: GitHubApi,
  label: string,
): Promise<{ state: RunnerState; finding?: Finding }> {
  try {
    const labelled = (await listRunners(api, context.repository)).filter(({ labels }) =>
      labels.some(({ name }) => name.toLowerCase() === label.toLowerCase()),
    );
    if (labelled.some(({ status }) => status === 'online')) return { state: 'online' };
    const state = labelled.length > 0 ? 'offline' : 'absent';
    return { state, finding: describeRunner(context, label, state) };
  } catch (error) {
    if (!(error instanceof GitHubFailure)) throw error;
    if (error.status === 403 || error.status === 404) {
      context.logger.warning(`Nobody looks whether the runner is online: ${error.message}. ${error.next}`);
      return { state: 'unknown' };
    }
    if (error.status === 401) return { state: 'unknown', finding: describeRefusedToken(context) };
    throw error;
  }
}

function describeRunner({ repositoryUrl }: WatchContext, label: string, state: 'offline' | 'absent'): Finding {
  const isOffline = state === 'offline';
  return {
    key: makeKey('runner', label, state),
    what: {
      french: isOffline
        ? `Le runner ${code(label)} est hors ligne.`
        : `Aucun runner de ce dépôt ne porte l’étiquette ${code(label)}.`,
      english: isOffline
        ? `The runner ${code(label)} is offline.`
        : `No runner of this repository has the label ${code(label)}.`,
    },
    next: {
      french: isOffline
        ? 'Vérifier sur le serveur de production que le service du runner tourne, et redémarrer le service si besoin.'
        : 'Enregistrer de nouveau le runner avec cette étiquette.',
      english: isOffline
        ? "Check on the production host that the runner's service is running, and start it again if it is not."
        : 'Register the runner again with this label.',
    },
    url: `${repositoryUrl}/settings/actions/runners`,
  };
}

function describeRefusedToken({ repositoryUrl }: WatchContext): Finding {
  return {
    key: makeKey('runner-token', 'refused'),
    what: {
      french: 'Le jeton « runner-token » est refusé (expiré ou révoqué) : on ne sait plus si le runner est en ligne.',
      english: 'The token "runner-token" is refused (expired or revoked): nobody looks whether the runner is online.',
    },
    next: {
      french: 'Créer un nouveau jeton (administration : lecture) et remplacer le secret.',
      english: 'Make a new token (administration: read) and replace the secret.',
    },
    url: `${repositoryUrl}/settings/secrets/actions`,
  };
}
