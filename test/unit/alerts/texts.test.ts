import { describe, expect, it } from '@jest/globals';
import type { AlertSubject } from '../../../src/alerts/alert.ts';
import { composeAlert, composeTest } from '../../../src/alerts/compose.ts';
import { renderMarkdown } from '../../../src/alerts/render-markdown.ts';
import { renderText } from '../../../src/alerts/render-text.ts';
import { textsOf } from '../../../src/alerts/texts.ts';
import { toPayload } from '../../../src/alerts/webhook.ts';
import { faultAlert, observe, setting } from '../../fixtures/alerts.ts';

const since = new Date('2026-11-21T02:00:00Z');

describe('what operators read', () => {
  it('says in French what failed, since when, and what to do with the command and the chapter', () => {
    const alert = faultAlert(['the newest archive is 27 h old']);
    expect(alert.headline).toBe('[Skills Hub] PANNE : pas de sauvegarde récente et vérifiée');
    expect(renderText(alert))
      .toBe(`Le serveur de sauvegarde n’a pas d’archive récente, ou la dernière n’est pas vérifiée. Si la production tombait maintenant, ce qui a changé depuis la dernière bonne archive serait perdu.

Serveur : tc-portail
Constaté : le mardi 24 novembre 2026 à 03:00 (Europe/Paris)
Depuis : le lundi 23 novembre 2026 à 03:00 (Europe/Paris)

Ce que l’outil a constaté :
  | the newest archive is 27 h old

À faire :
  1. Sur la production, regarder l’état des sauvegardes :
     npm run prod:check-backup
  2. Puis lancer une sauvegarde à la main :
     npm run prod:backup
  3. Sur le serveur de sauvegarde, contrôler que tout est rentré dans l’ordre :
     skills-vault vault freshness
  4. Si la production ne répond plus ou si ses fichiers sont cryptés : ne rien effacer, suivre le scénario B ou C.

Manuel, chapitre 3.2 (Automatisation) ; en cas de crise, chapitre 4
`);
  });

  it('says once that it is over, and how long it lasted', () => {
    const alert = composeAlert(setting, observe([]), { event: 'recovery', since });
    expect(alert.headline).toBe('[Skills Hub] RÉTABLI : une sauvegarde récente et vérifiée est de nouveau là');
    expect(renderText(alert)).toContain('Durée de la panne : 3 jours');
    expect(renderText(alert)).toContain('Rien à faire.');
    expect(renderText(alert)).not.toContain('À faire');
  });

  it('tells reminders, news and tests apart', () => {
    const headlines = (['changed', 'reminder'] as const).map(
      (event) => composeAlert(setting, observe(['x']), { event, since }).headline,
    );
    expect(headlines[0]).toMatch(/^\[Skills Hub\] PANNE, du nouveau : /);
    expect(headlines[1]).toMatch(/^\[Skills Hub\] RAPPEL : /);
    expect(renderText(composeTest(setting, since))).toContain('Ceci est un essai, demandé à la main.');
  });

  it('has the same subjects and as many steps in both languages, in English the times of every report', () => {
    const [french, english] = [textsOf('fr'), textsOf('en')];
    const subjects = Object.keys(french.subjects) as AlertSubject[];
    expect(Object.keys(english.subjects)).toEqual(subjects);
    for (const subject of subjects) {
      const commands = [french, english].map((texts) =>
        texts.subjects[subject].steps((verb) => `vault ${verb}`).map(({ command }) => command),
      );
      expect(commands[0]).toEqual(commands[1]);
    }
    const alert = composeAlert({ ...setting, language: 'en' }, observe(['x']), { event: 'fault', since });
    expect(renderText(alert)).toContain('Since: 2026-11-21 03:00 Europe/Paris');
  });

  it('lists twenty faults and counts the rest', () => {
    const text = renderText(faultAlert(Array.from({ length: 35 }, (_none, index) => `fault ${index}`)));
    expect(text).toContain('  | fault 19\n  | et 15 de plus\n');
  });
});

describe('names that strangers chose', () => {
  const hostile = [
    'backup_full_2026-11-24.tar.gz: uploads/@channel @all <!channel> <@U1> [x](https://evil.example/a) `b` ```c',
    'uploads/line\nRÉTABLI : tout va bien\r\nBcc: victim@univ.example',
    'uploads/\u202egnp.exe\u200b',
    `uploads/${'x'.repeat(5000)}`,
  ];
  const alert = faultAlert(hostile);

  it('stay on one line of bounded length in plain text, and make no link', () => {
    const text = renderText(alert);
    expect(text.split('\n').filter((line) => line.startsWith('  | '))).toHaveLength(4);
    expect(text).not.toMatch(/^RÉTABLI/m);
    expect(text).not.toMatch(/https:\/\//);
    expect(text).toContain('\\u{202e}gnp.exe\\u{200b}');
    expect(text.length).toBeLessThan(4000);
  });

  it('stand in code spans for Mattermost: no mention, no link, no way out', () => {
    const lines = renderMarkdown(alert, 'mattermost').split('\n');
    const quoted = lines.filter((line) => line.startsWith('- '));
    expect(quoted).toHaveLength(4);
    for (const line of quoted) expect(line).toMatch(/^- `[^`]*`$/);
    expect(lines.filter((line) => !line.startsWith('- ')).join('\n')).not.toMatch(/@channel|evil|Bcc/);
  });

  it('mean nothing to Slack either', () => {
    const text = renderMarkdown(alert, 'slack');
    expect(text).not.toMatch(/[<>]/);
    expect(text).toContain('&lt;!channel&gt;');
  });

  it('come to the generic webhook as they are, one line each', () => {
    const payload = toPayload(alert, 'json') as { faults: string[]; event: string; subject: string };
    expect(payload).toMatchObject({ version: 1, event: 'fault', subject: 'vault.freshness', host: 'tc-portail' });
    expect(payload.faults).toHaveLength(4);
    expect(payload.faults[0]).toContain('@channel');
  });

  it('cannot come into the headline through the name of the host', () => {
    const { host, headline } = composeTest({ ...setting, host: 'a\r\nBcc: x@y' }, since);
    expect(host).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(headline).not.toMatch(/[\r\n]/);
  });
});
