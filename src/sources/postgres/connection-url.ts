import { Failure } from '../../logging/failure.ts';

export interface Connection {
  /** Host and port as people name them. */
  label: string;
  user: string;
  /** The database that the string names; undefined where it names none. */
  database: string | undefined;
  /** libpq's variables, the password among them: never in an argument list. */
  environment: Record<string, string>;
}

/** Parameters of a connection string that are passed on, with libpq's variable for each. */
const parameters: Record<string, string> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  passfile: 'PGPASSFILE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcrl: 'PGSSLCRL',
  channel_binding: 'PGCHANNELBINDING',
  require_auth: 'PGREQUIREAUTH',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
};

const form = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %XX';

/**
 * Reads a connection string of the form `postgres://user:password@host:port/database?sslmode=require`.
 * @throws Failure `config`; its message holds no part of the string, which may be a password.
 */
export function parseConnectionUrl(text: string): Connection {
  const found =
    /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?(?:\/([^?#/@]*))?(?:\?([^#]*))?$/.exec(text);
  if (!found) throw new Failure('config', 'the connection string of a database is not a URL', `Write ${form}.`);
  const [, credentials = '', host = '', port = '', path = '', query = ''] = found;
  const separator = credentials.indexOf(':');
  const settings: Record<string, string> = {};
  const set = (name: string, value: string) => {
    if (value !== '') settings[parameters[name] as string] = decode(value);
  };
  set('user', separator < 0 ? credentials : credentials.slice(0, separator));
  if (separator >= 0) set('password', credentials.slice(separator + 1));
  set('host', host.replace(/^\[(.*)\]$/, '$1'));
  set('port', port);
  set('dbname', path);
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (!Object.hasOwn(parameters, name)) {
      const known = Object.keys(parameters).join(', ');
      throw new Failure(
        'config',
        'the connection string of a database has an unknown parameter',
        `Known are: ${known}.`,
      );
    }
    set(name, value);
  }
  const { PGDATABASE: database, ...environment } = settings;
  environment['PGHOST'] ??= 'localhost';
  environment['PGPORT'] ??= '5432';
  environment['PGUSER'] ??= 'postgres';
  return {
    label: `${environment['PGHOST']}:${environment['PGPORT']}`,
    user: environment['PGUSER'],
    database,
    environment,
  };
}

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch {
    // Reported below, without the text.
  }
  throw new Failure('config', 'the connection string of a database has a % that begins no code', `Write ${form}.`);
}
