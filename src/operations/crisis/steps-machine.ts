import { archivePattern, npmLine, people, quote, type CrisisStep, type StepFacts } from './step.ts';

const freshMachine = 'sur la machine vierge (Debian 12 ou 13), en root';
const revoke = 'sudo infrastructure/recovery/revoke-writer-key.sh';

/** Scenario B: production is somebody else's, and is made anew from an archive of before. */
export function listAttackSteps(facts: StepFacts): CrisisStep[] {
  const since = facts.since ?? 'AAAA-MM-JJ HH:MM';
  const onVault = `sur le serveur de sauvegarde (${facts.vaultHost}), en root, dans le dépôt`;
  return [
    {
      title: 'Isoler',
      who: people.production,
      where: 'à la prise réseau, ou à la console de la machine virtuelle',
      commands: [],
      shows: ['Couper la production du réseau, tout de suite. Ne rien y effacer, ne rien y redémarrer.'],
    },
    {
      title: "Révoquer la clé d'écriture volée",
      who: people.vault,
      where: onVault,
      commands: [`${revoke} --since ${quoteTime(since)}`],
      shows: [
        'La clé admise maintenant, puis : Taper REVOQUER pour continuer',
        'Les archives scellées depuis : suspectes. « The newest from before » : la dernière bonne.',
      ],
    },
    {
      title: 'Réinstaller le système',
      who: people.production,
      where: 'sur le serveur, depuis un support sain',
      commands: [],
      shows: ['Debian 12 ou 13, disques effacés. La décision est au responsable : une copie pour la plainte, avant ?'],
    },
    ...listRecovery(facts, ['--scenario', 'b']),
    {
      title: "Changer tout ce que l'attaquant a pu lire",
      who: people.owner,
      where: 'partout',
      commands: [],
      shows: ["Mots de passe des bases, comptes d'administration, jetons, clés."],
    },
  ];
}

/** Scenario C: another machine takes the place of the one that is lost. */
export function listLossSteps(facts: StepFacts): CrisisStep[] {
  return [
    {
      title: 'Préparer une machine',
      who: people.production,
      where: 'machine virtuelle ou physique',
      commands: [],
      shows: ['Debian 12 ou 13, réseau interne vers le serveur de sauvegarde, de la place pour tout.'],
    },
    ...listRecovery(facts, []),
  ];
}

function listRecovery(facts: StepFacts, scenarioWords: readonly string[]): CrisisStep[] {
  const { archive, repository, vaultWords, vaultHost } = facts;
  const named = archive === archivePattern ? [] : [archive];
  const keys = vaultWords.includes('--config')
    ? []
    : ['--reader-key', '/root/skills_restore', '--known-hosts', '/root/known_hosts'];
  const words = [...scenarioWords, ...named, ...keys, ...vaultWords].map(quote).join(' ');
  return [
    {
      title: 'Apporter les clés, cloner le dépôt',
      who: people.restorer,
      where: freshMachine,
      commands: [
        'apt-get update && apt-get install -y git',
        `git clone ${quote(repository)} /srv/skills-hub && cd /srv/skills-hub`,
        'chmod 600 /root/skills_restore /root/recovery-key.txt',
      ],
      shows: [
        '/root/skills_restore : clé de lecture ; /root/recovery-key.txt : clé age ; /root/known_hosts : clés d’hôte.',
      ],
    },
    {
      title: 'Rétablir la plateforme',
      who: people.restorer,
      where: `${freshMachine}, dans /srv/skills-hub`,
      commands: [
        `infrastructure/recovery/recover.sh ${words} \\\n  --identity /root/recovery-key.txt --url https://home.educ-ai.fr`,
      ],
      shows: [
        `Huit étapes ; à la cinquième : Taper ${archive} pour continuer`,
        'PLATEFORME RÉTABLIE à la fin. Interrompu : retaper la même ligne.',
      ],
    },
    {
      title: "Enregistrer la nouvelle clé d'écriture",
      who: people.vault,
      where: `sur le serveur de sauvegarde (${vaultHost}), en root, dans le dépôt`,
      commands: [`${revoke} --new-key writer_rsa.pub`],
      shows: ['writer_rsa.pub : la clé publique que la reprise a affichée. Sinon, plus aucune sauvegarde.'],
    },
    {
      title: 'Remettre la sauvegarde de nuit, en faire une',
      who: people.production,
      where: 'sur la nouvelle production, en root, dans /srv/skills-hub',
      commands: [
        'infrastructure/production/provision.sh',
        npmLine('prod:backup', [], { ...facts, configWords: [] }),
        'rm /root/skills_restore /root/recovery-key.txt',
      ],
      shows: ['« is sealed » : la sauvegarde est faite. Les deux clés ne restent pas sur la machine.'],
    },
    {
      title: 'Contrôler',
      who: people.owner,
      where: 'dans le navigateur : https://home.educ-ai.fr',
      commands: [],
      shows: ['Se connecter, ouvrir un portfolio récent, Odoo, Mattermost. Puis le dire aux utilisateurs.'],
    },
  ];
}

/** In double quotes, as the pages show it. */
function quoteTime(text: string): string {
  return `"${text}"`;
}
