import { readFileSync } from 'node:fs';
import type { Environment } from '../../system/run-command.ts';

/** The variables of a `.env`, as they are written: none is filled in. None where it is not there, or may not be read. */
export function readEnvFile(path: string): Environment {
  const lines = readText(path).matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*("[^"\n]*"|'[^'\n]*'|[^\n#]*)/gm);
  const settings: Record<string, string> = {};
  for (const [, name = '', value = ''] of lines) settings[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  return settings;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
