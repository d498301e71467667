import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { messageOf } from '../../logging/failure.ts';
import { isRecord } from '../../system/is-record.ts';
import { unresolvedPattern } from './compose-model.ts';
import { interpolate } from './interpolate.ts';
import { askCompose, type ComposeProject } from './project.ts';
import { readMount } from './read-mount.ts';

/** Files that a compose project cannot start without, as its files name them; absolute. They need not exist. */
export interface NamedFiles {
  /** The compose files themselves, with those that they include or extend. */
  readonly compose: ReadonlySet<string>;
  /** `configs:`. */
  readonly configs: ReadonlySet<string>;
  /** `.env` and `env_file:`; some need not be there. */
  readonly environments: ReadonlySet<string>;
  /** `secrets:`. */
  readonly secrets: ReadonlySet<string>;
  /** What services mount from the host: folders of data among them. */
  readonly mounts: ReadonlySet<string>;
  /** What could not be found out. */
  readonly warnings: readonly string[];
}

/**
 * Reads what files a project names: out of docker's own reading, where variables are filled in, and out of the files as
 * they are written, where alone `env_file`, `include` and `extends` can be seen.
 */
export async function readNamedFiles(project: ComposeProject): Promise<NamedFiles> {
  const reading = new Reading();
  for (const file of project.files) await reading.addFile(file, project.directory);
  reading.environments.add(project.envFile ?? resolve(project.directory, '.env'));
  try {
    const model = await askCompose(project, ['--profile', '*', 'config', '--format', 'json']);
    reading.replaceNamed(JSON.parse(model) as unknown, project.directory);
  } catch (error) {
    reading.warnings.push(`the compose file was read without docker (${messageOf(error)})`);
  }
  reading.warnOfOpen();
  return reading;
}

class Reading implements NamedFiles {
  readonly compose = new Set<string>();
  readonly configs = new Set<string>();
  readonly environments = new Set<string>();
  readonly secrets = new Set<string>();
  readonly mounts = new Set<string>();
  readonly warnings: string[] = [];
  #open: { key: string; text: string }[] = [];

  /** A compose file as it is written, and those that it includes or extends. Their paths begin at `directory`. */
  async addFile(file: string, directory: string): Promise<void> {
    if (this.compose.has(file)) return;
    this.compose.add(file);
    let content: unknown;
    try {
      const document = parseDocument(await readFile(file, 'utf8'), { merge: true, logLevel: 'silent' });
      if (document.errors[0]) throw document.errors[0];
      content = interpolate(document.toJS() as unknown);
    } catch (error) {
      this.warnings.push(`${file} could not be read: ${messageOf(error).split('\n', 1)[0]}`);
      return;
    }
    this.#addNamed(content, directory);
    const { services, include } = asMap(content);
    for (const service of Object.values(asMap(services)).map(asMap)) {
      for (const each of asList(service['env_file'])) {
        this.#add(this.environments, 'env_file', isRecord(each) ? each['path'] : each, directory);
      }
      const extended = asMap(service['extends'])['file'];
      for (const path of this.#resolve('extends', extended, directory)) await this.addFile(path, dirname(path));
    }
    for (const each of asList(include)) {
      const { path, env_file: environment } = isRecord(each) ? each : { path: each, env_file: undefined };
      for (const one of asList(environment)) this.#add(this.environments, 'include', one, directory);
      for (const one of asList(path)) {
        for (const found of this.#resolve('include', one, directory)) await this.addFile(found, dirname(found));
      }
    }
  }

  /** What docker says of them in place of what is written: it knows what every variable stands for. */
  replaceNamed(model: unknown, directory: string): void {
    for (const set of [this.secrets, this.configs, this.mounts]) set.clear();
    this.#open = this.#open.filter(({ key }) => !KNOWN_TO_DOCKER.has(key));
    this.#addNamed(model, directory);
  }

  warnOfOpen(): void {
    for (const { key, text } of this.#open) {
      this.warnings.push(`${key}: ${text} has a variable, and cannot be looked for: name the file under recovery`);
    }
  }

  /** `secrets:`, `configs:` and the mounts of services, as people write them or as docker prints them. */
  #addNamed(content: unknown, directory: string): void {
    const { services, secrets, configs } = asMap(content);
    for (const each of Object.values(asMap(secrets)))
      this.#add(this.secrets, 'secrets', asMap(each)['file'], directory);
    for (const each of Object.values(asMap(configs)))
      this.#add(this.configs, 'configs', asMap(each)['file'], directory);
    for (const service of Object.values(asMap(services)).map(asMap)) {
      for (const mount of asList(service['volumes']).map(readMount)) {
        if (mount?.kind === 'bind') this.#add(this.mounts, 'volumes', mount.source, directory);
      }
    }
  }

  #add(set: Set<string>, key: string, path: unknown, directory: string): void {
    for (const found of this.#resolve(key, path, directory)) set.add(found);
  }

  #resolve(key: string, path: unknown, directory: string): string[] {
    if (typeof path !== 'string' || path === '') return [];
    if (!unresolvedPattern.test(path)) return [resolve(directory, path)];
    this.#open.push({ key, text: path });
    return [];
  }
}

const KNOWN_TO_DOCKER = new Set(['secrets', 'configs', 'volumes']);

function asMap(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return value === undefined || value === null ? [] : [value];
}
