import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { provisioned } from '../../config/locate.ts';
import { fine, worry, type Finding } from './finding.ts';

const SUBJECT = 'configuration';

/**
 * Whether people and the host's own schedule go by one configuration: commands take continuity.yml of the folder that they
 * are typed in first, cron and the timer the provisioned one.
 */
export async function checkConfiguration(
  { file, root }: Pick<Config, 'file' | 'root'>,
  ofSchedule = provisioned,
): Promise<Finding[]> {
  const others = [...new Set([ofSchedule, join(root, 'continuity.yml')])].filter((other) => other !== file);
  const own = await readIfThere(file);
  const texts = await Promise.all(others.map(readIfThere));
  const different = others.filter((_other, index) => texts[index] !== undefined && texts[index] !== own);
  if (different.length === 0) return [fine(SUBJECT, file)];
  return different.map((other) =>
    worry(
      SUBJECT,
      `there are two that differ: ${file}, which this run read, and ${other}`,
      `Keep one of them. Where both are, cron and the timer read ${ofSchedule}, and a command that of the folder that it is typed in.`,
    ),
  );
}

function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
