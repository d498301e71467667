import { formatTime } from '../logging/format-time.ts';
import { formatDuration } from '../logging/quantity-text.ts';
import type { AlertTexts } from './texts.ts';

/** The same in English. Chapters are those of the operators' manual, which is French. */
export const english: AlertTexts = {
  events: { fault: 'FAULT', changed: 'FAULT, news', reminder: 'REMINDER', recovery: 'RECOVERED', test: 'TEST' },
  colon: ':',
  subjects: {
    'vault.freshness': {
      fault: 'no recent and verified backup',
      explanation:
        'The backup server has no recent archive, or the last one is not verified. Were production lost now, what changed since the last good archive would be lost.',
      recovered: 'there is a recent and verified backup again',
      chapter: 'Manual, chapter 3.2 (Automatisation); in a crisis, chapter 4',
      steps: (upkeep) => [
        { text: 'On production, look at the state of the backups:', command: 'npm run prod:check-backup' },
        { text: 'Then run a backup by hand:', command: 'npm run prod:backup' },
        { text: 'On the backup server, check that all is well again:', command: upkeep('freshness') },
        { text: 'If production does not answer or its files are encrypted: delete nothing, follow scenario B or C.' },
      ],
    },
    'vault.scrub': {
      fault: 'reading the archives again found damage',
      explanation:
        'An archive on the backup server is damaged or could not be read. The rest of it and the other archives can be used.',
      recovered: 'the archives are read without fault',
      chapter: 'Manual, chapter 3.1 (Stockage externe)',
      steps: (upkeep) => [
        { text: 'Delete nothing.' },
        { text: 'On production, run a backup: it brings anew what is damaged.', command: 'npm run prod:backup' },
        { text: 'On the backup server, read again:', command: upkeep('scrub') },
        { text: 'Look at the disk:', command: 'sudo dmesg --level=err,warn | tail -n 50' },
      ],
    },
    'vault.prune': {
      fault: 'old archives are no longer pruned',
      explanation: 'In doubt, pruning deletes nothing. All archives are there, but the disk will be full one day.',
      recovered: 'old archives are pruned again',
      chapter: 'Manual, chapter 3.1 (Stockage externe)',
      steps: (upkeep) => [
        { text: 'On the backup server, check the ledger:', command: upkeep('audit') },
        { text: 'Once the cause is gone, prune:', command: upkeep('prune') },
      ],
    },
    'vault.sweep': {
      fault: 'unfinished uploads are not swept',
      explanation: 'No archive is concerned, but the incoming area may fill up and stop the backups.',
      recovered: 'unfinished uploads are swept again',
      chapter: 'Manual, chapter 3.1 (Stockage externe)',
      steps: (upkeep) => [{ text: 'On the backup server, sweep again:', command: upkeep('sweep') }],
    },
    'vault.audit': {
      fault: 'the backup server does not match its ledger',
      explanation:
        'An archive is missing, changed or unknown to the ledger, or the ledger itself was changed: a mistake, the disk, or an attack.',
      recovered: 'the backup server matches its ledger again',
      chapter: 'Manual, chapter 6 (Sécurité); in an attack, chapter 4.2 (scenario B)',
      steps: (upkeep) => [
        { text: 'Delete nothing, move nothing.' },
        { text: 'On the backup server, see the details:', command: upkeep('audit') },
        { text: 'If nobody of the team touched it: treat it as an attack, scenario B.' },
      ],
    },
    'production.backup': {
      fault: 'the backup of production failed',
      explanation: 'No new archive was sealed. The archives of the nights before are still there.',
      recovered: 'the backup of production succeeded',
      chapter: 'Manual, chapter 3.2 (Automatisation)',
      steps: () => [
        { text: 'On production, find what is missing:', command: 'npm run -s continuity -- doctor' },
        { text: 'Then run the backup again:', command: 'npm run prod:backup' },
      ],
    },
    'production.verify': {
      fault: 'the verification of an archive failed',
      explanation: 'The archive is damaged, or the verification did not end. What is not named below can be used.',
      recovered: 'the verification of the archives succeeded',
      chapter: 'Manual, chapter 3 (Stratégie de sauvegarde)',
      steps: () => [
        { text: 'On production, run a backup: it brings anew what is damaged.', command: 'npm run prod:backup' },
        { text: 'Then verify again:', command: 'npm run -s continuity -- verify latest --level full' },
      ],
    },
    'production.status': {
      fault: 'the state of the backups is not good',
      explanation:
        'Seen from production, the newest archive is too old, missing or damaged, or the backup server does not answer.',
      recovered: 'the state of the backups is good',
      chapter: 'Manual, chapter 5.2 (Commandes utiles)',
      steps: () => [
        { text: 'On production, look at the state of the backups:', command: 'npm run prod:check-backup' },
        { text: 'Then run a backup by hand:', command: 'npm run prod:backup' },
      ],
    },
  },
  test: {
    headline: 'alerts arrive here',
    explanation: 'This is a test that somebody asked for. All is well, nothing is to be done.',
  },
  faultsTitle: 'What the tool found',
  stepsTitle: 'To do',
  nextTitle: 'Advice of the tool',
  host: 'Host',
  seen: 'Seen',
  since: 'Since',
  lasted: 'It lasted',
  over: 'Nothing is to be done.',
  more: (count) => `and ${count} more`,
  time: formatTime,
  duration: formatDuration,
};
