import { formatDuration } from '../../logging/quantity-text.ts';
import { code } from '../../logging/code-span.ts';
import type { WatchContext } from './context.ts';
import { formatDurationInFrench, formatTime, type Finding } from './finding.ts';
import { describeRecovered } from './recovered.ts';
import { identify, writeMarker } from './markers.ts';
import type { Look } from './look.ts';
import type { Success } from './newest-success.ts';

type Language = 'french' | 'english';

/** Always the same: the issue is one, whatever comes to be wrong. */
export const title = 'Sauvegardes en échec · Backups are failing';

const words = {
  french: {
    opening: '## Les sauvegardes ne sont plus assurées',
    found: 'Constaté par la surveillance, branche',
    news: '**Nouvelle panne :**',
    reopened: '**Ticket rouvert :** il a été fermé à la main, et la panne est toujours là.',
    recovered: 'Tout est rétabli.',
    lasted: 'Durée de la panne',
    since: 'depuis le',
    next: 'À faire',
    look: 'voir',
    kept: 'Ce ticket est tenu par la surveillance : un commentaire par nouvelle panne, un au rétablissement, puis il se ferme de lui-même. Fermé à la main, il est rouvert tant que la panne dure.',
    run: 'Exécution de la surveillance',
    backup: 'Dernière sauvegarde',
    verification: 'Dernière vérification',
    fullVerification: 'Dernière vérification complète',
  },
  english: {
    opening: '## Backups are failing',
    found: 'Found by the watch, branch',
    news: '**New failure:**',
    reopened: '**Opened again:** this issue was closed by hand, and the failure still stands.',
    recovered: 'All is well again.',
    lasted: 'It lasted',
    since: 'since',
    next: 'To do',
    look: 'look',
    kept: 'The watch keeps this issue: one comment per new failure, one on recovery, then it closes by itself. Closed by hand, it is opened again as long as the failure lasts.',
    run: 'Run of the watch',
    backup: 'Last backup',
    verification: 'Last verification',
    fullVerification: 'Last full verification',
  },
} as const;

/** The body: French, then English, then what only the watch reads. */
export function renderOpening(context: WatchContext, look: Look): string {
  const { findings } = look;
  const part = (language: Language) => {
    const { opening, found, kept } = words[language];
    const branch = `${found} ${code(context.branch)}${language === 'french' ? ' :' : ':'}`;
    return [opening, branch, listFindings(findings, language), kept, renderRun(look, language)].join('\n\n');
  };
  const begun = findings.flatMap(({ since }) => since ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
  const since = new Date(begun ?? context.now).toISOString();
  const markers = [writeMarker(identify(context)), writeMarker({ word: 'since', value: since }), ...tell(findings)];
  return join(part('french'), part('english'), markers);
}

/** A comment on what is wrong besides. */
export function renderFailures(look: Look): string {
  return renderFindings(look, 'news');
}

/** A comment on an issue that somebody closed too early. */
export function renderReopening(look: Look): string {
  return renderFindings(look, 'reopened');
}

/** A comment on what recovered, and how long it took. */
export function renderRecovery(
  context: WatchContext,
  look: Look,
  { told, since }: { told: ReadonlySet<string>; since: string },
): string {
  const lastedMs = Math.max(0, context.now.getTime() - Date.parse(since));
  const part = (language: Language) => {
    const text = words[language];
    const items = describeRecovered(told, language).map((item) => `- ${item}`);
    const duration = language === 'french' ? formatDurationInFrench(lastedMs) : formatDuration(lastedMs);
    const colon = language === 'french' ? ' :' : ':';
    const facts = [
      `${text.lasted}${colon} ${duration} (${text.since} ${formatTime(since)}).`,
      ...renderSuccess(text.backup + colon, look.successes.backup),
      ...renderSuccess(text.verification + colon, look.successes.verification),
      ...renderSuccess(text.fullVerification + colon, look.successes['full-verification']),
    ];
    return [`**${text.recovered}**`, items.join('\n'), facts.join('\n'), renderRun(look, language)].join('\n\n');
  };
  return join(part('french'), part('english'), [writeMarker({ word: 'settled' })]);
}

/** A comment on an issue that is one too many. */
export function renderDuplicate(kept: number): string {
  return join(`Doublon de #${kept}, qui continue.`, `Duplicate of #${kept}, which goes on.`, [
    writeMarker({ word: 'settled' }),
  ]);
}

function renderFindings(look: Look, heading: 'news' | 'reopened'): string {
  const part = (language: Language) =>
    [words[language][heading], listFindings(look.findings, language), renderRun(look, language)].join('\n\n');
  return join(part('french'), part('english'), tell(look.findings));
}

function listFindings(findings: readonly Finding[], language: Language): string {
  const { next: toDo, look } = words[language];
  const colon = language === 'french' ? ' :' : ':';
  return findings
    .map(({ what, next, url }) => {
      const link = url === undefined ? '' : ` ([${look}](${url}))`;
      return `- ${what[language]}${link}\n  ${toDo}${colon} ${next[language]}`;
    })
    .join('\n');
}

function renderSuccess(name: string, success: Success | undefined): string[] {
  return success ? [`${name} [${formatTime(success.completedAt)}](${success.url}).`] : [];
}

function renderRun({ runUrl }: Look, language: Language): string {
  return runUrl === undefined ? '' : `[${words[language].run}](${runUrl})`;
}

function tell(findings: readonly Finding[]): string[] {
  return findings.map(({ key }) => writeMarker({ word: 'told', value: key }));
}

function join(french: string, english: string, markers: readonly string[]): string {
  const text = [french, '---', english].join('\n\n').replace(/\n{3,}/g, '\n\n');
  return `${text.trimEnd()}\n\n${markers.join('\n')}\n`;
}
