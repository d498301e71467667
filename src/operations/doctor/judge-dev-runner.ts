import { fine, worry, type Finding } from './finding.ts';

const SUBJECT = 'development runner';

/** A runner of GitHub on this host. */
export interface LocalRunner {
  /** Its folder. */
  readonly directory: string;
  /** The name that it is registered under; empty where the file cannot be read. */
  readonly name: string;
  readonly uid: number;
  readonly user: string;
  readonly groups: readonly string[];
  /** Whether its account may open production's Docker socket. */
  readonly mayUseDocker: boolean;
  /** Whether its account has a Docker of its own. */
  readonly hasOwnDocker: boolean;
  /** Folders of file sources that its account may enter. */
  readonly reaches: readonly string[];
}

export interface RunnerWorld {
  readonly runners: readonly LocalRunner[];
  /** Lines of root's lists (/etc/skills-hub-runner/LABEL.conf), by label. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Groups whose members become root at will. */
const rootGroups = ['docker', 'sudo', 'wheel', 'admin', 'root', 'disk', 'lxd', 'libvirt'];
const advice =
  'Give it an account of its own with rootless Docker, or another machine (docs/development.md); until then whoever can push to develop is root on production.';

const closing =
  'Close the folder above it (chmod 700; infrastructure/compose/prepare.sh production does so for data/), or give that account another number: an account may what the user of the same number may in a container.';

/** Whether who can push to develop is root here: what this host tells of its runners. */
export function judgeDevRunner({ runners, lists }: RunnerWorld): Finding[] {
  const findings = listOpenLists(lists);
  const development = runners.filter(isDevelopment);
  const production = runners.filter((runner) => !isDevelopment(runner));
  for (const runner of development) {
    const who = `${runner.name || runner.directory} (user ${runner.user})`;
    const faults = [...listFaults(runner), ...listShared(runner, production)];
    // Who is root as well enters everything.
    const reached = faults.length > 0 ? [] : runner.reaches;
    findings.push(
      ...faults.map((fault) => worry(SUBJECT, `${who} ${fault}`, advice)),
      ...reached.map((folder) => worry(SUBJECT, `${who} may enter ${folder}, which is production's`, closing)),
    );
    if (faults.length + reached.length === 0)
      findings.push(fine(SUBJECT, `${who} has a Docker of its own, and not production's`));
  }
  for (const runner of production.filter((each) => !isProduction(each) && (each.uid === 0 || each.mayUseDocker))) {
    const who = `${runner.name || runner.directory} (user ${runner.user})`;
    const what = `${who} is root on this host, and neither its name nor its folder tells whether it is development's`;
    findings.push(worry(SUBJECT, what, 'Name it after its label (docs/runner.md), so that this can be told.'));
  }
  if (findings.length === 0) findings.push(fine(SUBJECT, 'none on this host'));
  return findings;
}

/** By its folder or its name, both of which docs/runner.md ends in the label. */
function isDevelopment({ directory, name }: LocalRunner): boolean {
  return /(^|[^a-z])dev(elopment)?([^a-z]|$)/i.test(`${directory.split('/').at(-1) ?? ''} ${name}`);
}

function isProduction({ directory, name }: LocalRunner): boolean {
  return /(^|[^a-z])prod(uction)?([^a-z]|$)/i.test(`${directory.split('/').at(-1) ?? ''} ${name}`);
}

function listFaults({ uid, groups, mayUseDocker, hasOwnDocker }: LocalRunner): string[] {
  if (uid === 0) return ['runs as root'];
  const memberships = groups.filter((group) => rootGroups.includes(group));
  return [
    ...(memberships.length > 0 ? [`is in the group ${memberships.join(', ')}, whose members are root at will`] : []),
    ...(mayUseDocker && !memberships.includes('docker') ? ["may use production's Docker socket"] : []),
    ...(!hasOwnDocker && memberships.length === 0 && !mayUseDocker ? ['has no Docker of its own that runs'] : []),
  ];
}

function listShared({ uid }: LocalRunner, production: readonly LocalRunner[]): string[] {
  if (uid === 0) return [];
  return production
    .filter((other) => other.uid === uid)
    .map(({ name, directory }) => `is the user of ${name || directory} as well`);
}

/** Root's list of a runner that is root lets develop in. */
function listOpenLists(lists: RunnerWorld['lists']): Finding[] {
  return Object.entries(lists).flatMap(([label, lines]) =>
    /(^|[^a-z])dev/i.test(label)
      ? []
      : lines
          .filter((line) => !line.trim().startsWith('#') && /@refs\/heads\/develop(\s|$)/.test(line))
          .map((line) => worry(SUBJECT, `the list of runner ${label} lets develop in: ${line.trim()}`, advice)),
  );
}
