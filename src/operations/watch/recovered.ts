import { code } from '../../logging/code-span.ts';

/** What a key stood for, said of the time when it is over. */
const sentences: Record<string, (detail: string) => { french: string; english: string }> = {
  'age:backup': () => ({ french: 'Les sauvegardes sont à jour.', english: 'Backups are recent.' }),
  'age:verification': () => ({ french: 'Les vérifications sont à jour.', english: 'Verifications are recent.' }),
  'age:full-verification': () => ({
    french: 'Aucune vérification complète n’est en retard.',
    english: 'No full verification is overdue.',
  }),
  run: () => ({ french: 'La dernière exécution a réussi.', english: 'The newest run succeeded.' }),
  queued: () => ({ french: 'Les tâches trouvent un runner.', english: 'Jobs find a runner.' }),
  workflow: (file) => ({
    french: `Le workflow ${code(file)} est actif.`,
    english: `The workflow ${code(file)} is active.`,
  }),
  runner: (label) => ({
    french: `Le runner ${code(label)} est en ligne.`,
    english: `The runner ${code(label)} is online.`,
  }),
  'runner-token': () => ({
    french: 'Le jeton « runner-token » est accepté.',
    english: 'The token "runner-token" works.',
  }),
};

/** What recovered, each once, by the keys of what was told. */
export function describeRecovered(told: ReadonlySet<string>, language: 'french' | 'english'): string[] {
  const texts = [...told].flatMap((key) => {
    const [about = '', detail = ''] = key.split(':').map(decode);
    const sentence = sentences[about] ?? sentences[`${about}:${detail}`];
    return sentence ? [sentence(detail)[language]] : [];
  });
  return [...new Set(texts)];
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
