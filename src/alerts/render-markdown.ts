import { code, shorten } from '../logging/code-span.ts';
import type { Alert } from './alert.ts';

/** Below what Mattermost takes (16,383 characters) and well below Slack's limit. */
const MAX_CHARACTERS = 12_000;
const QUOTED_CHARACTERS = 600;

/**
 * An alert as markdown that Mattermost and Slack read alike. Texts of others stand in code spans: there neither mentions
 * nor links work.
 */
export function renderMarkdown(alert: Alert, kind: 'mattermost' | 'slack'): string {
  const { headline, explanation, circumstances, faults, faultsTitle, steps, stepsTitle, next, nextTitle } = alert;
  const bold = kind === 'slack' ? '*' : '**';
  const title = (text: string): string => `${bold}${text}${bold}`;
  const parts = [
    title(headline),
    explanation,
    circumstances.join('\n'),
    ...(faults.length > 0 ? [[title(faultsTitle), ...faults.map((fault) => `- ${span(fault)}`)].join('\n')] : []),
    ...(next === undefined ? [] : [`${title(nextTitle)} ${span(next)}`]),
    ...(steps.length > 0
      ? [
          [
            title(stepsTitle),
            ...steps.map(({ text, command }, index) => {
              return `${index + 1}. ${text}${command === undefined ? '' : ` \`${command}\``}`;
            }),
          ].join('\n'),
        ]
      : []),
    ...(alert.chapter === undefined ? [] : [`_${alert.chapter}_`]),
  ];
  return shorten(kind === 'slack' ? escapeForSlack(parts.join('\n\n')) : parts.join('\n\n'), MAX_CHARACTERS);
}

function span(text: string): string {
  return code(text, QUOTED_CHARACTERS);
}

/** Slack reads `<!channel>`, `<@U…>` and `<https://…>` everywhere, in code as well. */
function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
