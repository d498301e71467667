import { formatTime } from '../logging/format-time.ts';
import { countOf, formatBytes, formatDuration } from '../logging/quantity-text.ts';
import type { RecoverResult } from '../operations/recover.ts';
import { describeMissingCertificate, type HealthResult } from '../operations/recover/check-health.ts';
import { stepTitles } from '../operations/recover/step-log.ts';
import { revokeCommand } from '../operations/recover/writer-key.ts';
import { formatTable } from './table.ts';

/** What a recovery did, how long each step took, and what is left to people; French first, for whoever reads it at night. */
export function renderRecovery(result: RecoverResult, timezone: string): string {
  const { archive, restored, started, finished, health } = result;
  const steps = result.steps.map(({ step, durationMs, earlier }) => [
    stepTitles[step].join(' / '),
    formatDuration(durationMs),
    earlier ? 'fait par un essai précédent (earlier run)' : '',
  ]);
  const total = result.steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const databases = restored.databases.map(({ key, tables, rows }) => [
    key,
    `${countOf(tables, 'table')}, ${countOf(rows, 'row')}`,
    'conforme à ses empreintes (equal to its fingerprints)',
  ]);
  const files = restored.files.map((part) => [
    part.source,
    `${countOf(part.files, 'file')}, ${formatBytes(part.bytes)}`,
    'chaque bloc vérifié (every chunk checked)',
  ]);
  return [
    `PLATEFORME RÉTABLIE (PLATFORM RECOVERED): ${archive}`,
    `Début ${formatTime(started, timezone)}, fin ${formatTime(finished, timezone)}.`,
    '',
    'Durées (durations):',
    formatTable([...steps, ['total', formatDuration(total), '']], [1]),
    '',
    'Restauré (restored):',
    formatTable([...databases, ...files]),
    ...restored.notes.map((note) => `  ${note}`),
    ...(health ? ['', describeHealth(health)] : []),
    '',
    'Reste à faire par une personne (left to a person):',
    ...listTasks(result).map((task, position) => `  ${position + 1}. ${task}`),
  ].join('\n');
}

/** What the address answered, and what the certificate still lacks. */
function describeHealth({ url, statusCode }: HealthResult): string {
  return `${url} : ${statusCode === undefined ? 'pas encore de certificat (no certificate yet)' : `HTTP ${statusCode}`}`;
}

function describeCertificate(health: HealthResult | undefined): string {
  if (health?.certificateFault === undefined) return '';
  if (health.statusCode === undefined) return `${describeMissingCertificate(health)} `;
  return `le certificat n’est pas encore reconnu (${health.certificateFault}). `;
}

function listTasks({ writerKey, health, scenario, kitLeft }: RecoverResult): string[] {
  return [
    `Clé d’écriture : sur le serveur de sauvegarde, enregistrer cette clé publique (empreinte ${writerKey.fingerprint}). (On the vault, enter this public key.)\n` +
      `       ${writerKey.publicKey}\n` +
      `     Elle est aussi dans (it is in) ${writerKey.file}.pub\n` +
      `     Commande là-bas (command there): ${revokeCommand} --new-key FICHIER.pub`,
    'Première sauvegarde (first backup): npm run -s prod:backup, puis npm run -s prod:check-backup.',
    'Sauvegarde de nuit et runner GitHub (nightly backup, runner): infrastructure/production/provision.sh, docs/manuel-exploitation.md.',
    ...kitLeft.map(({ path, from }) => `Remettre ${path}, qui est dans ${from}. (Put it back.)`),
    `TLS : ${describeCertificate(health)}vérifier que le DNS désigne cette machine et que le cadenas du navigateur est fermé. (Check DNS and certificate.)`,
    'Retirer la clé de lecture de cette machine. (Remove the reader key from this machine.)',
    ...(scenario === 'b'
      ? [
          'Changer les mots de passe que l’attaquant a pu lire : bases, comptes d’administration, jetons. (Rotate what the attacker may have read.)',
        ]
      : []),
  ];
}
