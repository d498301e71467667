import type { ComposeModel, ComposeService } from '../../../sources/compose/compose-model.ts';
import { uniqueName } from './source-name.ts';

/** A PostgreSQL server that the compose file runs, and how it would stand in continuity.yml. */
export interface ProposedDatabase {
  readonly name: string;
  readonly service: string;
  readonly urlEnv: string;
  /** `all`: every database of the server. */
  readonly database: string;
  /** Why it is `all`, where that needs saying. */
  readonly reason?: string;
}

const serverImage =
  /^((alpine-)?postgres(ql)?(-repmgr|-\d+)?|postgis(-\d+)?|timescaledb(-ha)?|pgvector|citus|spilo-\d+|paradedb|pgvecto-rs)$/;
/** Programs that are told about a server in the same variables: clients, not servers. */
const clientImage = /export|backup|admin|bouncer|pgpool|postgrest|migrat|dump/;
const clientVariable = /(HOST|HOSTNAME|SERVER|_URL|_URI|_DSN)$/;
const databaseVariables = ['POSTGRES_DB', 'POSTGRESQL_DATABASE'];
const userVariables = ['POSTGRES_USER', 'POSTGRESQL_USERNAME'];
/** Names that say what it is, and not whose. */
const generic = /^(db|database|postgres|postgresql|pg|pgsql|sql|postgis|timescale|timescaledb|pgvector)$/;

/** Finds the PostgreSQL servers of a compose file: by their image, or by the variables that make one. */
function findServers({ services }: ComposeModel): ComposeService[] {
  const byImage = services.filter(({ image }) => serverImage.test(imageName(image)));
  const known = new Set(byImage.map(({ name }) => name));
  return services.filter((service) => known.has(service.name) || looksLikeServer(service, known));
}

/** One database entry a server, with names of their own. */
export function proposeDatabases(model: ComposeModel): ProposedDatabase[] {
  const taken = new Set<string>();
  return findServers(model).map((service) => {
    const named = readDatabase(service);
    const name = uniqueName([shortName(service.name) ?? named ?? 'database', service.name], taken);
    const prefix = name === 'database' ? '' : `${name.replaceAll('-', '_').toUpperCase()}_`;
    return { name, service: service.name, urlEnv: `${prefix}DATABASE_URL`, ...chooseDatabase(service, named, model) };
  });
}

/** Last part of an image's name, without registry, tag and digest. */
function imageName(image: string): string {
  const path = image.replace(/@.*$/, '').split('/').at(-1) as string;
  return path.replace(/:.*$/, '').toLowerCase();
}

function looksLikeServer(service: ComposeService, servers: ReadonlySet<string>): boolean {
  const names = [...service.environment.keys()];
  if (![...databaseVariables, ...userVariables].some((name) => names.includes(name))) return false;
  if (clientImage.test(imageName(service.image)) || names.some((name) => clientVariable.test(name))) return false;
  return !service.dependsOn.some((name) => servers.has(name));
}

function chooseDatabase(service: ComposeService, named: string | undefined, model: ComposeModel) {
  if (servesOdoo(service, model)) return { database: 'all', reason: 'Odoo makes databases at run time' };
  if (service.environment.has('POSTGRES_MULTIPLE_DATABASES')) return { database: 'all', reason: 'it holds several' };
  if (named !== undefined) return { database: named };
  return { database: 'all', reason: "the compose file does not say its database's name" };
}

/** As the image does: without a database of its own, one that is named like the user. */
function readDatabase({ environment, hasUnreadEnvironment }: ComposeService): string | undefined {
  for (const variable of [...databaseVariables, ...userVariables]) {
    if (!environment.has(variable)) continue;
    const value = environment.get(variable);
    return value !== undefined && isDatabaseName(value) ? value : undefined;
  }
  return hasUnreadEnvironment ? undefined : 'postgres';
}

function isDatabaseName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(text);
}

function servesOdoo(service: ComposeService, { services }: ComposeModel): boolean {
  if (/odoo/i.test(service.name)) return true;
  return services.some(
    ({ name, image, dependsOn, environment }) =>
      (imageName(image) === 'odoo' || name === 'odoo') &&
      (dependsOn.includes(service.name) || environment.get('HOST') === service.name),
  );
}

/** `app` of `app-db`, `db_app` or `postgres-app`; undefined where nothing is left that says whose it is. */
function shortName(service: string): string | undefined {
  const words = service.toLowerCase().split(/[-_.]/);
  if (words.length > 1 && generic.test(words.at(-1) as string)) words.pop();
  else if (words.length > 1 && generic.test(words[0] as string)) words.shift();
  return words.length === 1 && generic.test(words[0] as string) ? undefined : words.join('-');
}
