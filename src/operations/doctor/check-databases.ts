import { findUnconfigured } from '../../sources/postgres/discover.ts';
import { inspectDatabase } from '../../sources/postgres/inspect.ts';
import {
  listSecurityWarnings,
  parseVersion,
  readClientVersion,
  requireClientFor,
} from '../../sources/postgres/versions.ts';
import type { DatabaseConfig } from '../../config/config.ts';
import { connectServer } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

/** Every configured database: reachable, with client programs that fit and are safe; and what nobody configured. */
export async function checkDatabases(platform: Platform): Promise<Finding[]> {
  const { databases } = platform.config;
  const checks = databases.map((source) => examine(`databases.${source.name}`, () => checkDatabase(platform, source)));
  return (await Promise.all(checks)).flat();
}

async function checkDatabase(platform: Platform, source: DatabaseConfig): Promise<Finding[]> {
  const subject = `databases.${source.name}`;
  const server = await connectServer(platform, source);
  const database = source.database === 'all' ? 'postgres' : source.database;
  const { serverVersion, encoding } = await inspectDatabase(server, database);
  const [dump, psql] = await Promise.all([readClientVersion(server, 'pg_dump'), readClientVersion(server, 'psql')]);
  const version = parseVersion(serverVersion);
  if (version) requireClientFor('pg_dump', dump, version, server.label);
  const findings = [fine(subject, `${database} on ${server.label}: PostgreSQL ${serverVersion}, ${encoding}`)];
  for (const warning of [...listSecurityWarnings('pg_dump', dump), ...listSecurityWarnings('psql', psql)]) {
    findings.push(worry(subject, warning));
  }
  if (source.database === 'all') return findings;
  const configured = platform.config.databases.map((other) => other.database);
  for (const name of configured.includes('all') ? [] : await findUnconfigured(server, configured)) {
    findings.push(
      worry(subject, `database "${name}" on ${server.label} is not in continuity.yml: it is not backed up`),
    );
  }
  return findings;
}
