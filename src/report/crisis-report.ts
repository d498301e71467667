import { formatTime } from '../logging/format-time.ts';
import { formatBytes } from '../logging/quantity-text.ts';
import type { CrisisResult } from '../operations/crisis.ts';
import type { Night } from '../operations/crisis/nights.ts';
import { scenarioTitles } from '../operations/crisis/scenario.ts';
import type { CrisisStep } from '../operations/crisis/step.ts';
import { formatTable } from './table.ts';

const passedOverWords = {
  damaged: 'abîmée (damaged)',
  missing: 'absente du disque (missing)',
  unproven: 'non vérifiée, la vérification a échoué (unproven)',
} as const;

/** What to do in a crisis, in French, for whoever reads it at night: scenario, archive and why, then the commands. */
export function renderCrisis(result: CrisisResult, timezone: string): string {
  const { scenario, nights, steps, unseen } = result;
  const [title, english] = scenarioTitles[scenario];
  return [
    `SCÉNARIO ${scenario.toUpperCase()} : ${title} (${english})`,
    '',
    ...describeArchive(result, timezone),
    ...unseen.flatMap(({ why, next }) => ['', `PAS VU (not looked at): ${why}`, `  ${next}`]),
    ...(nights.length > 0 ? ['', ...describeNights(result, timezone)] : []),
    '',
    "À FAIRE, dans l'ordre (to do, in this order); remplacer ce qui est en CAPITALES :",
    ...steps.flatMap(describeStep),
  ].join('\n');
}

function describeArchive(result: CrisisResult, timezone: string): string[] {
  const { archive, scenario, since, isGuess, holdsLost, passedOver, others } = result;
  if (!archive) return ['Archive : à choisir, voir ci-dessous (the archive is still to be chosen).'];
  const { level, time, isNew } = archive.proof;
  const depth = level === 'full' ? 'chaque octet relu (full)' : 'taille, index et manifeste (seal)';
  const bound = since === undefined ? '' : ` scellée avant ${formatTime(since, timezone)}`;
  const held = holdsLost ? ' où il reste quelque chose à chaque chemin perdu et' : '';
  const why = `la plus récente${bound}${held} qui soit prouvée : ${depth}, ${isNew ? "à l'instant" : formatTime(time, timezone)}`;
  return [
    `Archive : ${archive.name}, ${formatBytes(archive.sizeBytes)}, scellée ${formatTime(archive.sealed, timezone)}`,
    `  Pourquoi (why): ${why}.`,
    ...(level === 'full'
      ? []
      : [`  Relue en entier avant de restaurer : npm run -s continuity -- verify ${archive.name}`]),
    ...(isGuess
      ? [
          '  ATTENTION : aucune date donnée ; devinée par les nuits ci-dessous. Décider, puis --since "AAAA-MM-JJ HH:MM".',
        ]
      : []),
    ...(scenario === 'a' && since === undefined
      ? ['  Aucune date donnée : vérifier avec find ou diff que ce qui est perdu y est encore, en entier.']
      : []),
    ...passedOver.map(({ name, why: reason }) => `  Écartée (passed over): ${name}, ${passedOverWords[reason]}`),
    ...(others.length > 0 ? [`  Autres, plus anciennes (others): ${listOthers(result)}`] : []),
  ];
}

/** The next three, and the newest of which every byte was read. */
function listOthers({ others, archive }: CrisisResult): string {
  const next = others.slice(0, 3);
  const full = others.find(({ verdict }) => verdict?.level === 'full');
  if (full && archive?.proof.level !== 'full' && !next.includes(full)) next.push(full);
  const names = next.map(({ name, verdict }) => `${name}${verdict?.level === 'full' ? ' (full)' : ''}`);
  const more = others.length - next.length;
  return [...names, ...(more > 0 ? [`… ${more} de plus (list)`] : [])].join(', ');
}

function describeNights({ nights, since, archive }: CrisisResult, timezone: string): string[] {
  const lines = [
    'Les nuits autour de cette date (nights around it). Où commencent les dégâts ?',
    'Décision : le responsable. Une nuit marquée >>> ne ressemble pas à la précédente.',
  ];
  let isMarked = since === undefined;
  for (const night of nights) {
    if (!isMarked && since !== undefined && night.sealed >= since) {
      lines.push(`---- ${formatTime(since, timezone)} : les données étaient bonnes jusque-là (good until then) ----`);
      isMarked = true;
    }
    lines.push(...describeNight(night, night.name === archive?.name, timezone));
  }
  if (!isMarked) lines.push('---- toutes les archives sont antérieures à cette date (all are from before) ----');
  return lines;
}

function describeNight(night: Night, isChosen: boolean, timezone: string): string[] {
  const { name, sealed, sizeBytes, newBytes, marks, databases, files } = night;
  const share = sizeBytes === 0 ? 0 : Math.round((newBytes / sizeBytes) * 100);
  const rows = [
    ...Object.entries(databases ?? {}).map(([key, { tables, rows: count, changedTables }]) => [
      key,
      `${formatNumber(count)} lignes`,
      `${tables} tables${changedTables === undefined ? '' : `, ${changedTables} changées`}`,
    ]),
    ...Object.entries(files ?? {}).map(([key, { files: count, bytes }]) => [
      key,
      `${formatNumber(count)} fichiers`,
      formatBytes(bytes),
    ]),
  ];
  return [
    `${isChosen ? '=>' : '  '} ${name}  scellée ${formatTime(sealed, timezone)}, ${describeVerdict(night, timezone)}; nouveau : ${formatBytes(newBytes)} (${share} %)`,
    ...(rows.length > 0
      ? formatTable(rows, [1])
          .split('\n')
          .map((line) => `       ${line}`)
      : []),
    ...marks.map((mark) => `   >>> ${mark}`),
  ];
}

function describeVerdict({ verdict, fault }: Night, timezone: string): string {
  if (fault !== undefined) return `FAUTE : ${fault}`;
  if (!verdict) return 'jamais vérifiée';
  return `${verdict.isSound ? 'saine' : 'ABÎMÉE'} (${verdict.level}, ${formatTime(verdict.time, timezone).slice(0, 10)})`;
}

function describeStep({ title, who, where, commands, shows }: CrisisStep, place: number): string[] {
  return [
    '',
    `${place + 1}. ${title}`,
    `   Qui : ${who}`,
    `   Où : ${where}`,
    ...commands.map((command) => `       ${command.replaceAll('\n', '\n       ')}`),
    ...shows.map((line) => `   ${line}`),
  ];
}

/** `12 345`. */
function formatNumber(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
