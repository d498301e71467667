import { Failure } from '../../logging/failure.ts';

/** States that pass by themselves: a server that starts, restarts or is full for a moment. */
const passing = [
  /the database system is (starting up|shutting down|in recovery mode|not yet accepting connections)/i,
  /connection refused/i,
  /no such file or directory\s+is the server running/i,
  /server closed the connection unexpectedly/i,
  /sorry, too many clients already|remaining connection slots are reserved/i,
  /timeout expired|is restarting|terminating connection due to administrator command/i,
];

const advice: [RegExp, string][] = [
  [
    /password authentication failed|no password supplied|no pg_hba.conf entry/i,
    'Check the user, the password and pg_hba.conf of that server.',
  ],
  [
    /database ".*" does not exist/i,
    'Check the name under databases: in continuity.yml; psql -l lists those that exist.',
  ],
  [/role ".*" does not exist/i, 'Check the user in the connection string.'],
  [/permission denied/i, 'Give the user that right, or let the backup connect as the owner or a superuser.'],
  [
    /lock timeout|could not obtain lock|due to statement timeout[^]*LOCK TABLE/i,
    'Find who holds the lock (pg_locks, pg_stat_activity), then run again.',
  ],
  [
    /server version mismatch/i,
    "Install client programs of the server's version or newer (package postgresql-client-NN).",
  ],
  [/could not translate host name|name or service not known/i, 'Check the host name and the DNS.'],
  [/no space left|disk full/i, "Free space on the server's disk, then run again."],
  [/query would be affected by row-level security/i, 'Let the backup connect as a superuser or a role with BYPASSRLS.'],
];

/** Whether waiting a little may help. */
export function isPassing(stderr: string): boolean {
  return passing.some((pattern) => pattern.test(stderr));
}

/** The line of a program's error output that says what went wrong, without the program's own prefix. */
function readFirstError(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const line = lines.find((text) => /(?:error|fatal|panic):/i.test(text)) ?? lines[0] ?? 'no message';
  const detail = lines.find((text) => /^(detail|hint):/i.test(text));
  return `${line.replace(/^(psql|pg_dump|pg_dumpall)(:<stdin>:\d+)?:\s*/, '').replace(/^error:\s*/, '')}${detail ? ` (${detail})` : ''}`;
}

/** A failure of the server or its client, as a person reads it. */
export function describeServerError(what: string, stderr: string): Failure {
  const next = advice.find(([pattern]) => pattern.test(stderr))?.[1];
  const waiting = isPassing(stderr)
    ? 'Start the server, or wait until it is up, then run again.'
    : 'Look at the log of the server.';
  return new Failure('source', `${what}: ${readFirstError(stderr)}`, next ?? waiting);
}
