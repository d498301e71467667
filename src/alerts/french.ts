import type { AlertTexts } from './texts.ts';

const day = 86_400_000;
const hour = 3_600_000;
const minute = 60_000;

/** What operators read, in the words of their manual. */
export const french: AlertTexts = {
  events: { fault: 'PANNE', changed: 'PANNE, du nouveau', reminder: 'RAPPEL', recovery: 'RÉTABLI', test: 'ESSAI' },
  colon: ' :',
  subjects: {
    'vault.freshness': {
      fault: 'pas de sauvegarde récente et vérifiée',
      explanation:
        'Le serveur de sauvegarde n’a pas d’archive récente, ou la dernière n’est pas vérifiée. Si la production tombait maintenant, ce qui a changé depuis la dernière bonne archive serait perdu.',
      recovered: 'une sauvegarde récente et vérifiée est de nouveau là',
      chapter: 'Manuel, chapitre 3.2 (Automatisation) ; en cas de crise, chapitre 4',
      steps: (upkeep) => [
        { text: 'Sur la production, regarder l’état des sauvegardes :', command: 'npm run prod:check-backup' },
        { text: 'Puis lancer une sauvegarde à la main :', command: 'npm run prod:backup' },
        {
          text: 'Sur le serveur de sauvegarde, contrôler que tout est rentré dans l’ordre :',
          command: upkeep('freshness'),
        },
        {
          text: 'Si la production ne répond plus ou si ses fichiers sont cryptés : ne rien effacer, suivre le scénario B ou C.',
        },
      ],
    },
    'vault.scrub': {
      fault: 'la relecture des archives a trouvé un défaut',
      explanation:
        'Une archive du serveur de sauvegarde est endommagée, ou n’a pas pu être relue. Le reste de l’archive et les autres archives restent utilisables.',
      recovered: 'les archives se relisent sans défaut',
      chapter: 'Manuel, chapitre 3.1 (Stockage externe)',
      steps: (upkeep) => [
        { text: 'Ne rien supprimer.' },
        {
          text: 'Sur la production, lancer une sauvegarde : elle rapporte ce qui est endommagé.',
          command: 'npm run prod:backup',
        },
        { text: 'Sur le serveur de sauvegarde, relire de nouveau :', command: upkeep('scrub') },
        { text: 'Contrôler le disque :', command: 'sudo dmesg --level=err,warn | tail -n 50' },
      ],
    },
    'vault.prune': {
      fault: 'le nettoyage des anciennes archives ne se fait plus',
      explanation:
        'Dans le doute, le nettoyage refuse de supprimer quoi que ce soit. Les archives sont toutes là, mais le disque finira par se remplir.',
      recovered: 'le nettoyage des anciennes archives se fait de nouveau',
      chapter: 'Manuel, chapitre 3.1 (Stockage externe)',
      steps: (upkeep) => [
        { text: 'Sur le serveur de sauvegarde, contrôler le registre :', command: upkeep('audit') },
        { text: 'La cause réglée, lancer le nettoyage :', command: upkeep('prune') },
      ],
    },
    'vault.sweep': {
      fault: 'le ménage des transferts inachevés a échoué',
      explanation:
        'Les archives ne sont pas touchées, mais la zone de réception peut se remplir et bloquer les sauvegardes.',
      recovered: 'le ménage des transferts inachevés se fait de nouveau',
      chapter: 'Manuel, chapitre 3.1 (Stockage externe)',
      steps: (upkeep) => [{ text: 'Sur le serveur de sauvegarde, relancer le ménage :', command: upkeep('sweep') }],
    },
    'vault.audit': {
      fault: 'le serveur de sauvegarde ne correspond plus à son registre',
      explanation:
        'Une archive manque, a changé ou n’est pas connue du registre, ou le registre lui-même a changé. Cause possible : une fausse manœuvre, le disque, une attaque.',
      recovered: 'le serveur de sauvegarde correspond de nouveau à son registre',
      chapter: 'Manuel, chapitre 6 (Sécurité) ; en cas d’attaque, chapitre 4.2 (scénario B)',
      steps: (upkeep) => [
        { text: 'Ne rien supprimer, ne rien déplacer.' },
        { text: 'Sur le serveur de sauvegarde, voir le détail :', command: upkeep('audit') },
        { text: 'Si personne de l’équipe n’y a touché : traiter cela comme une attaque, scénario B.' },
      ],
    },
    'production.backup': {
      fault: 'la sauvegarde de la production a échoué',
      explanation: 'Aucune nouvelle archive n’a été scellée. Les archives des nuits précédentes restent en place.',
      recovered: 'la sauvegarde de la production a réussi',
      chapter: 'Manuel, chapitre 3.2 (Automatisation)',
      steps: () => [
        { text: 'Sur la production, trouver ce qui manque :', command: 'npm run -s continuity -- doctor' },
        { text: 'Puis relancer la sauvegarde :', command: 'npm run prod:backup' },
      ],
    },
    'production.verify': {
      fault: 'la vérification d’une archive a échoué',
      explanation:
        'L’archive est endommagée, ou la vérification n’est pas allée au bout. Ce qui n’est pas nommé ci-dessous reste utilisable.',
      recovered: 'la vérification des archives a réussi',
      chapter: 'Manuel, chapitre 3 (Stratégie de sauvegarde)',
      steps: () => [
        {
          text: 'Sur la production, lancer une sauvegarde : elle rapporte ce qui est endommagé.',
          command: 'npm run prod:backup',
        },
        { text: 'Puis vérifier de nouveau :', command: 'npm run -s continuity -- verify latest --level full' },
      ],
    },
    'production.status': {
      fault: 'l’état des sauvegardes n’est pas bon',
      explanation:
        'Vue de la production, la dernière archive est trop vieille, manque ou est endommagée, ou le serveur de sauvegarde ne répond pas.',
      recovered: 'l’état des sauvegardes est bon',
      chapter: 'Manuel, chapitre 5.2 (Commandes utiles)',
      steps: () => [
        { text: 'Sur la production, regarder l’état des sauvegardes :', command: 'npm run prod:check-backup' },
        { text: 'Puis lancer une sauvegarde à la main :', command: 'npm run prod:backup' },
      ],
    },
  },
  test: {
    headline: 'les alertes arrivent ici',
    explanation: 'Ceci est un essai, demandé à la main. Tout va bien, il n’y a rien à faire.',
  },
  faultsTitle: 'Ce que l’outil a constaté',
  stepsTitle: 'À faire',
  nextTitle: 'Conseil de l’outil',
  host: 'Serveur',
  seen: 'Constaté',
  since: 'Depuis',
  lasted: 'Durée de la panne',
  over: 'Rien à faire.',
  more: (count) => `et ${count} de plus`,
  time: (instant, timezone) => {
    const text = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeStyle: 'short', timeZone: timezone });
    return `le ${text.format(instant)} (${timezone})`;
  },
  duration: (milliseconds) => {
    const minutes = Math.round(milliseconds / minute);
    if (minutes < 1) return 'moins d’une minute';
    if (milliseconds < 2 * hour) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
    if (milliseconds < 2 * day) return `${Math.round(milliseconds / hour)} heures`;
    return `${Math.round(milliseconds / day)} jours`;
  },
};
