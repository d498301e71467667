import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { parseConfig } from '../../config/load.ts';
import { readRepositoryFile } from './adoption/repository-file.ts';
import { addGaps } from './config/add-gaps.ts';
import { writeConfigText } from './config/config-text.ts';
import { findGaps, type Gaps } from '../coverage/find-gaps.ts';
import type { Survey } from './survey.ts';

export const configPath = 'continuity.yml';

export interface ConfigPlan {
  /** The configuration as it would be. */
  readonly content: string;
  readonly config: Config;
  /** What the file that is there says nothing about; where there is none, nothing but what is left open. */
  readonly gaps: Gaps;
  /** The gaps could not be closed by adding lines: a person has to. */
  readonly isByHand: boolean;
}

/**
 * What continuity.yml should be: proposed where there is none, else what is there with the gaps closed, if that can be
 * done by adding lines.
 * @throws Failure `config` where the file that is there is wrong.
 */
export async function planConfig(directory: string, { compose, proposal }: Survey, root?: string): Promise<ConfigPlan> {
  const file = join(directory, configPath);
  const content = (await readRepositoryFile(directory, configPath))?.toString();
  if (content === undefined) {
    const text = writeConfigText({ proposal, composeFiles: compose.files, ...(root === undefined ? {} : { root }) });
    const config = parseConfig(text, file);
    return { content: text, config, gaps: findGaps({ config, proposal }), isByHand: false };
  }
  const config = parseConfig(content, file);
  const gaps = findGaps({ config, proposal });
  if (gaps.databases.length + gaps.files.length + gaps.presumed.length === 0) {
    return { content, config, gaps, isByHand: false };
  }
  const closed = closeGaps(content, gaps, file);
  return closed ? { ...closed, gaps, isByHand: false } : { content, config, gaps, isByHand: true };
}

/** Undefined where the text with the lines added would be no valid configuration. */
function closeGaps(content: string, gaps: Gaps, file: string): { content: string; config: Config } | undefined {
  const text = addGaps(content, gaps);
  if (text === undefined) return undefined;
  try {
    return { content: text, config: parseConfig(text, file) };
  } catch {
    return undefined;
  }
}

/** Environment variables that hold the connection strings of a configuration. */
export function listUrlEnvs({ databases }: Config): string[] {
  const urls = databases.flatMap(({ reach }) => (reach.by === 'url' ? [reach.url] : []));
  return [...new Set(urls.flatMap((url) => (url.from === 'environment' ? [url.variable] : [])))];
}
