import { posix } from 'node:path';
import { unresolvedPattern } from '../../sources/compose/compose-model.ts';
import type { MountUse } from './collect-mounts.ts';

/** What is to become of a mount. */
export type MountVerdict =
  /** A folder of the host that holds data; relative to the repository where it lies inside. */
  | { readonly kind: 'data'; readonly path: string }
  /** A volume that holds data, by its key. */
  | { readonly kind: 'data'; readonly volume: string }
  /** Nothing that a backup has to hold: that is evident, or only its name says so and a person has to confirm it. */
  | { readonly kind: 'excluded'; readonly reason: string; readonly isEvident: boolean }
  /** May hold data that no source can simply be named for: a person has to decide. */
  | { readonly kind: 'open'; readonly reason: string };

/** What lies at a path of the repository. */
export interface LookedAt {
  readonly isFile: boolean;
  /** How many files git keeps there, besides those that only keep the folder. */
  readonly trackedFiles: number;
  /** Something there that git does not keep, where there is anything. */
  readonly untracked?: string;
}

/** What is known of the machine and the repository. */
export interface MountSurroundings {
  /** Name of the database entry by the service that runs its server. */
  readonly databases: ReadonlyMap<string, string>;
  /** What lies at a path of the repository. */
  readonly lookAt: (path: string) => LookedAt;
}

const serverFolders = /^(\/var\/lib\/(postgresql|pgsql)|\/bitnami\/postgresql|\/home\/postgres\/pgdata|\/pgdata)(\/|$)/;
const otherServers =
  /^(\/var\/lib\/mysql|\/bitnami\/(mysql|mariadb|mongodb)|\/data\/(db|configdb)|\/usr\/share\/elasticsearch\/data|\/var\/lib\/(clickhouse|cassandra|neo4j|rabbitmq))(\/|$)/;
const hostPaths =
  /^\/(proc|sys|dev|run|var\/run|etc\/(localtime|timezone|passwd|group)|lib\/modules)(\/|$)|^\/$|\.sock$/;
const passing = /(^|[-_./])(cache|caches|tmp|temp|node[-_]modules|tmpfs)([-_./]|$)/i;
const logs = /(^|[-_./])logs?([-_./]|$)/i;
const configFile = /\.(ya?ml|json|toml|ini|conf|cfg|cnf|env|sh|sql|pem|crt|key|properties|xml|template|tmpl)$/i;

/** Says what is to become of a mount; the first rule that fits decides. */
export function judgeMount(use: MountUse, surroundings: MountSurroundings): MountVerdict {
  const { targets, services } = use;
  const database = services.map((name) => surroundings.databases.get(name)).find((name) => name !== undefined);
  if (database !== undefined && targets.some((target) => serverFolders.test(target) || isServersOwn(use))) {
    return exclude(`a database server's own files; its dump is in databases.${database}`);
  }
  if (targets.some((target) => otherServers.test(target))) {
    return leaveOpen(
      "a database server's own files, which cannot be copied while it runs, and no PostgreSQL that could be dumped: protect it by its own means",
    );
  }
  if (hostPaths.test(use.source)) return exclude('it belongs to the host');
  if (use.isReadOnly) return exclude('mounted read-only: no service changes it');
  if (targets.some((target) => target.startsWith('/docker-entrypoint-'))) return exclude('scripts of the first start');
  if (isPassing(use, passing)) return presume('can be made again (by its name); correct this if it cannot');
  if (isPassing(use, logs) || use.source.startsWith('/var/log/'))
    return presume('logs (by its name); correct this if they have to be kept');
  return use.kind === 'bind' ? judgeBind(use.source, surroundings) : judgeVolume(use);
}

function judgeBind(source: string, { lookAt }: MountSurroundings): MountVerdict {
  if (unresolvedPattern.test(source) || source.startsWith('~')) {
    return leaveOpen('its place depends on the machine: find out where it lies in production, and add it under files:');
  }
  if (source === '.') return exclude('the repository itself: git keeps it');
  const { isFile, trackedFiles, untracked } = lookAt(source);
  if (isFile || configFile.test(source)) return exclude('a single file of configuration: keep it in the repository');
  if (trackedFiles > 0) {
    if (untracked === undefined) return exclude(`sources: git keeps them (${trackedFiles} tracked)`);
    return leaveOpen(`git keeps ${trackedFiles} of its files, and not ${untracked}: find out whether that is data`);
  }
  return { kind: 'data', path: posix.normalize(source).replace(/(?<=.)\/$/, '') };
}

function judgeVolume({ kind, source, volume }: MountUse): MountVerdict {
  if (kind === 'anonymous') {
    return leaveOpen('a volume without a name is lost with its container: if it holds data, give it a name');
  }
  if (volume?.boundPath !== undefined && !unresolvedPattern.test(volume.boundPath)) {
    return { kind: 'data', path: volume.boundPath };
  }
  if (volume?.isForeignFileSystem === true || (volume !== undefined && volume.driver !== 'local')) {
    return leaveOpen('it is mounted only while its service runs: mount it on the host too, and add that under files:');
  }
  return { kind: 'data', volume: source };
}

/** A server's only volume, wherever it is mounted (`PGDATA`). */
function isServersOwn({ kind, source, dataFolders, targets }: MountUse): boolean {
  if (dataFolders.some((folder) => targets.some((target) => folder === target || folder.startsWith(`${target}/`)))) {
    return true;
  }
  return kind === 'volume' && /(^|[-_])(pg|postgres(ql)?|db|database)([-_]?data)?$/i.test(source);
}

function isPassing({ kind, source, targets }: MountUse, pattern: RegExp): boolean {
  const name = kind === 'bind' ? posix.basename(source) : source;
  return pattern.test(name) || targets.every((target) => pattern.test(posix.basename(target)));
}

function exclude(reason: string): MountVerdict {
  return { kind: 'excluded', reason, isEvident: true };
}

function presume(reason: string): MountVerdict {
  return { kind: 'excluded', reason, isEvident: false };
}

function leaveOpen(reason: string): MountVerdict {
  return { kind: 'open', reason };
}
