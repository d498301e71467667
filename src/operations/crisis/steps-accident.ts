import { restoreWords, type LostPart } from './lost-part.ts';
import { npmLine, people, type CrisisStep, type StepFacts } from './step.ts';

/** Scenario A: production serves, and something on it is lost. */
export function listAccidentSteps(facts: StepFacts): CrisisStep[] {
  const { archive, lost, clone } = facts;
  const where = `sur la production, en root, dans ${clone}`;
  const parts: (LostPart | undefined)[] = lost.length > 0 ? [...lost] : [undefined];
  const steps: CrisisStep[] = [];
  if (facts.lacksReader) {
    steps.push({
      title: 'Venir avec la clé de lecture',
      who: people.restorer,
      where: 'sur son propre poste, puis sur la production',
      commands: ['ssh-add ~/.ssh/skills_restore && ssh -A root@production', `cd ${clone}`],
      shows: ['« SSH_AUTH_SOCK is not set » plus tard : la session a été ouverte sans -A.'],
    });
  }
  steps.push({
    title: 'Voir ce que les archives contiennent',
    who: people.restorer,
    where,
    commands: parts
      .map((part) =>
        part?.kind === 'path'
          ? npmLine('continuity', ['find', part.name], facts)
          : npmLine('continuity', ['diff', archive, 'live'], facts),
      )
      .filter(isNew),
    shows: [
      "find : chaque archive qui contient ce chemin, sa taille, sa date. diff : ce qui a changé depuis l'archive.",
    ],
  });
  steps.push({
    title: 'Lire le plan, sans rien changer',
    who: people.restorer,
    where,
    commands: parts.map((part) => npmLine('prod:restore', [archive, ...wordsOf(part), '--dry-run'], facts)),
    shows: ['Ce qui serait remplacé, ajouté, enlevé, et quels services seraient arrêtés, combien de temps.'],
  });
  steps.push({
    title: 'Restaurer',
    who: `${people.restorer}, avec l'accord du responsable`,
    where,
    commands: parts.map((part) => npmLine('prod:restore', [archive, ...wordsOf(part)], facts)),
    shows: [
      `Le plan, puis la question : Type ${archive} to go on:`,
      'Taper ce nom en entier ; toute autre réponse arrête sans rien changer.',
      "L'état présent est sauvegardé d'abord, et ce qui est remplacé reste à côté.",
      ...(lost.some(({ kind }) => kind === 'table')
        ? ['Une table arrive À CÔTÉ de la table vivante ; --in-place la met à sa place.']
        : []),
    ],
  });
  steps.push({
    title: 'Contrôler',
    who: 'la personne qui a perdu les données, avec celle qui restaure',
    where: `dans le navigateur, et ${where}`,
    commands: [npmLine('prod:check-backup', [], facts)],
    shows: ['Ouvrir ce qui était perdu. « Kept » : ce qui a été remplacé est gardé.'],
  });
  steps.push({
    title: "Si ce n'est pas cela : revenir en arrière ; si tout est bien, plus tard : effacer ce qui est gardé",
    who: people.restorer,
    where,
    commands: [npmLine('continuity', ['undo'], facts), npmLine('continuity', ['forget'], facts)],
    shows: ['undo remet ce qui était là avant, en quelques secondes. Après forget, il ne le peut plus.'],
  });
  return steps;
}

function wordsOf(part: LostPart | undefined): string[] {
  return part ? restoreWords(part) : [];
}

function isNew(line: string, place: number, lines: readonly string[]): boolean {
  return lines.indexOf(line) === place;
}
