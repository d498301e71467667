import { resolve } from 'node:path';
import { checkYaml, readConfigFile, type FileForm } from './checked-yaml.ts';
import type { Config } from './config.ts';
import { findForeignClashes } from './foreign.ts';
import { findClashes, resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

const form: FileForm<typeof configSchema> = {
  schema: configSchema,
  ifUnreadable: 'Name the file with --config FILE, or start one from continuity.example.yml.',
  ifWrong: 'Correct the file; continuity.example.yml shows every key, continuity.schema.json helps editors.',
};

/**
 * Reads and checks a `continuity.yml`.
 * @throws Failure `config`, one line per fault, each with its place, its key and the expected form.
 */
export async function loadConfig(path: string): Promise<Config> {
  return parseConfig(await readConfigFile(path, form), resolve(path));
}

/** Checks the text of a configuration; `file` is absolute and only names it. Throws as `loadConfig`. */
export function parseConfig(content: string, file: string): Config {
  const checked = checkYaml(content, file, form);
  const config = resolveConfig(checked.value, file);
  checked.refuse([...findClashes(config), ...findForeignClashes(checked.value.foreign, config)]);
  return config;
}
