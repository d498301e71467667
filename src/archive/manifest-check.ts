import { Failure, messageOf } from '../logging/failure.ts';
import type { Manifest } from './manifest.ts';

type Check = (value: unknown, where: string) => void;

/** Reads and checks `manifest.json`; keys that are not known are left alone. Throws a Failure that says what is wrong. */
export function parseManifest(text: string): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw damaged(`it is no JSON (${messageOf(error)})`);
  }
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > 1) {
    const message = `This archive was made by a newer version of the toolkit (format ${format}; this one reads 1).`;
    throw new Failure('refused', message, 'Update the toolkit on this machine, then try again.');
  }
  checkManifest(raw, 'manifest');
  return raw as Manifest;
}

function damaged(what: string): Failure {
  return new Failure('damaged', `manifest.json: ${what}`, 'Choose another archive, and have this one verified.');
}

const text: Check = (value, where) => {
  if (typeof value !== 'string') throw damaged(`${where} is no text`);
};
const count: Check = (value, where) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw damaged(`${where} is no count`);
};
const integer: Check = (value, where) => {
  if (!Number.isSafeInteger(value)) throw damaged(`${where} is no whole number`);
};
const flag: Check = (value, where) => {
  if (typeof value !== 'boolean') throw damaged(`${where} is neither true nor false`);
};
const moment: Check = (value, where) => {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw damaged(`${where} is no time`);
};
const digest: Check = (value, where) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw damaged(`${where} is no SHA-256`);
};

function oneOf(...allowed: unknown[]): Check {
  return (value, where) => {
    if (!allowed.includes(value)) throw damaged(`${where} is ${JSON.stringify(value)}`);
  };
}

function optional(check: Check): Check {
  return (value, where) => {
    if (value !== undefined) check(value, where);
  };
}

function list(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw damaged(`${where} is no list`);
    value.forEach((item, place) => check(item, `${where}[${place}]`));
  };
}

function record(check: Check): Check {
  return (value, where) => {
    for (const [key, item] of Object.entries(requireObject(value, where))) check(item, `${where}.${key}`);
  };
}

function shape(checks: Record<string, Check>): Check {
  return (value, where) => {
    const fields = requireObject(value, where);
    for (const [key, check] of Object.entries(checks)) check(fields[key], `${where}.${key}`);
  };
}

function requireObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(`${where} is no object`);
  return value as Record<string, unknown>;
}

const places = list(shape({ offset: count, length: count }));
const oddities = list(shape({ path: text, reason: text }));

const databaseRecord = shape({
  dump: text,
  source: text,
  database: text,
  started: moment,
  ended: moment,
  sizeBytes: count,
  serverVersion: text,
  clientVersion: text,
  encoding: text,
  collate: text,
  ctype: text,
  localeProvider: text,
  collationVersion: optional(text),
  icuLocale: optional(text),
  owner: text,
  connectionLimit: integer,
  settings: list(shape({ role: optional(text), setting: text })),
  acl: optional(list(text)),
  extensions: list(shape({ name: text, version: text })),
  fingerprints: shape({
    tables: record(shape({ rows: count, sha256: digest, places: optional(places) })),
    sequences: record(shape({ value: text, called: flag })),
    largeObjects: shape({ count, bytes: count, sha256: digest }),
    structure: optional(shape({ headBytes: count, tailOffset: count })),
  }),
  messages: list(text),
});

const filesRecord = shape({
  files: count,
  directories: count,
  links: count,
  bytes: count,
  walkStarted: moment,
  walkEnded: moment,
  skipped: oddities,
  changed: oddities,
});

const kitRecord = shape({ entries: record(shape({ sizeBytes: count })), secrets: count, recipients: list(text) });

const checkManifest = shape({
  format: oneOf(1),
  name: text,
  trigger: oneOf('nightly', 'push', 'manual', 'safety'),
  commit: optional(text),
  toolVersion: text,
  started: moment,
  ended: moment,
  databases: record(databaseRecord),
  globals: record(shape({ source: text, passwords: flag, sizeBytes: count, roles: list(text) })),
  files: record(filesRecord),
  compose: optional(shape({ project: text, version: optional(text) })),
  images: optional(record(shape({ image: text, id: optional(text), digests: list(text) }))),
  kit: optional(kitRecord),
  warnings: list(text),
});
