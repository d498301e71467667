/** How every client program is to see the world, so that the same rows give the same bytes on any host. */
export interface ClientIdentity {
  /** Names the run in `pg_stat_activity`, so that a program left behind can be found and ended. */
  applicationName: string;
  database: string;
  /** In which times are written; default UTC. */
  timezone?: string;
}

/**
 * The PostgreSQL variables for a client program; whoever starts one sets exactly these, and no other `PG…`. Dumps ask
 * for the database's own encoding by an option; UTF8 here is for queries. Server settings in `PGOPTIONS` outrank
 * those of the database and the role: texts of a dump must not depend on them.
 */
export function buildClientEnvironment({
  applicationName,
  database,
  timezone = 'UTC',
}: ClientIdentity): Record<string, string> {
  return {
    PGDATABASE: database,
    PGAPPNAME: applicationName,
    PGTZ: timezone,
    PGCLIENTENCODING: 'UTF8',
    PGOPTIONS: '-c bytea_output=hex -c standard_conforming_strings=on',
    PGCONNECT_TIMEOUT: '15',
    // Messages are read by the program, and quoted to people: always English.
    LC_ALL: 'C',
    LANGUAGE: 'C',
  };
}

/** An environment without what would change how PostgreSQL's programs connect, speak or write. */
export function removeClientSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const changes = /^(PG|LC_|LANG$|LANGUAGE$|PSQL)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !changes.test(name)));
}
