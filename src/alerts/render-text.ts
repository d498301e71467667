import type { Alert } from './alert.ts';
import { breakLinks } from './foreign-text.ts';

/** An alert as plain text, for mail and for the generic webhook. Texts of others stand indented, behind a bar. */
export function renderText(alert: Alert): string {
  const { explanation, circumstances, faults, faultsTitle, steps, stepsTitle, next, nextTitle, chapter } = alert;
  const parts = [
    explanation,
    circumstances.join('\n'),
    ...(faults.length > 0 ? [[faultsTitle, ...faults.map(quote)].join('\n')] : []),
    ...(next === undefined ? [] : [[nextTitle, quote(next)].join('\n')]),
    ...(steps.length > 0
      ? [
          [
            stepsTitle,
            ...steps.map(({ text, command }, index) => {
              const line = `  ${index + 1}. ${text}`;
              return command === undefined ? line : `${line}\n     ${command}`;
            }),
          ].join('\n'),
        ]
      : []),
    ...(chapter === undefined ? [] : [chapter]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function quote(text: string): string {
  return `  | ${breakLinks(text)}`;
}
