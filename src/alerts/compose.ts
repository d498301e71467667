import { printable } from '../logging/printable.ts';
import type { UpkeepVerb } from '../vault/vault-client.ts';
import type { Alert, AlertEvent, Observation } from './alert.ts';
import { cleanFaults, cleanLine } from './foreign-text.ts';
import { textsOf } from './texts.ts';

/** Whom and whence an alert speaks for. */
export interface AlertSetting {
  readonly language: 'fr' | 'en';
  readonly timezone: string;
  /** Name of this host. */
  readonly host: string;
  /** Command line of the vault's own program for a verb. */
  readonly upkeepCommand: (verb: UpkeepVerb) => string;
}

/** What is said of an observation. */
export function composeAlert(
  setting: AlertSetting,
  observation: Observation,
  { event, since }: { event: Exclude<AlertEvent, 'test'>; since?: Date | undefined },
): Alert {
  const texts = textsOf(setting.language);
  const { subject, time, faults, next } = observation;
  const about = texts.subjects[subject];
  const isOver = event === 'recovery';
  const lastedMs = since && Math.max(0, time.getTime() - since.getTime());
  return {
    ...frame(setting, event, isOver ? about.recovered : about.fault, time),
    subject,
    ...(since ? { since } : {}),
    explanation: isOver ? texts.over : about.explanation,
    circumstances: [
      `${texts.host}${texts.colon} ${hostOf(setting)}`,
      `${texts.seen}${texts.colon} ${texts.time(time, setting.timezone)}`,
      ...(since ? [`${texts.since}${texts.colon} ${texts.time(since, setting.timezone)}`] : []),
      ...(isOver && lastedMs !== undefined ? [`${texts.lasted}${texts.colon} ${texts.duration(lastedMs)}`] : []),
    ],
    faults: isOver ? [] : cleanFaults(faults, texts.more),
    steps: isOver ? [] : about.steps(setting.upkeepCommand),
    ...(isOver ? {} : { chapter: about.chapter, ...(next ? { next: cleanLine(next) } : {}) }),
  };
}

/** What is said when somebody tries the channels out. */
export function composeTest(setting: AlertSetting, time: Date): Alert {
  const texts = textsOf(setting.language);
  return {
    ...frame(setting, 'test', texts.test.headline, time),
    subject: 'test',
    explanation: texts.test.explanation,
    circumstances: [
      `${texts.host}${texts.colon} ${hostOf(setting)}`,
      `${texts.seen}${texts.colon} ${texts.time(time, setting.timezone)}`,
    ],
    faults: [],
    steps: [],
  };
}

function frame({ language, host }: AlertSetting, event: AlertEvent, headline: string, time: Date) {
  const { events, colon, faultsTitle, stepsTitle, nextTitle } = textsOf(language);
  return {
    event,
    language,
    host: hostOf({ host }),
    time,
    headline: `[Skills Hub] ${events[event]}${colon} ${headline}`,
    faultsTitle: faultsTitle + colon,
    stepsTitle: stepsTitle + colon,
    nextTitle: nextTitle + colon,
  };
}

function hostOf({ host }: Pick<AlertSetting, 'host'>): string {
  return printable(host)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 253);
}
