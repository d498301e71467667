import type { Complain } from './ground.ts';
import { asList, asMap, isSet, judgeKeys, show } from './parts.ts';

/** Keys that cannot reach beyond the container, or that are judged below, in mounts.ts and in build.ts. */
const knownKeys = new Set(
  `attach build cap_add cap_drop cgroup command configs container_name cpu_count cpu_percent cpu_period
  cpu_quota cpu_shares cpus cpuset depends_on deploy develop devices dns dns_opt dns_search domainname entrypoint
  environment expose extra_hosts group_add healthcheck hostname image init ipc labels links logging mac_address mem_limit
  mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable oom_score_adj pid pids_limit
  platform ports privileged profiles pull_policy read_only restart scale secrets security_opt shm_size stdin_open
  stop_grace_period stop_signal sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from working_dir`.split(
    /\s+/,
  ),
);

/** What Docker gives every container unless told otherwise; all else reaches the host. */
const harmlessCapabilities = new Set(
  `AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID
  SYS_CHROOT`.split(/\s+/),
);

const harmlessLogging = ['json-file', 'local', 'none'];
/** Production's own; while it is stopped, whoever takes them answers in its place. */
const productionPorts = [80, 443];

/** Rules for a service on its own: nothing that makes it more than a container. */
export function judgeService(
  name: string,
  service: Readonly<Record<string, unknown>>,
  project: string,
  complain: Complain,
): void {
  const at = (key: string) => `services.${name}.${key}`;
  judgeKeys(service, knownKeys, at, complain);
  if (isSet(service['privileged'])) complain(at('privileged'), 'the container would be root on this host');
  for (const capability of asList(service['cap_add'])) {
    const plain = show(capability).toUpperCase().replace(/^CAP_/, '');
    if (!harmlessCapabilities.has(plain)) complain(at('cap_add'), `${show(capability)} reaches beyond the container`);
  }
  if (isSet(service['devices'])) complain(at('devices'), 'a device of this host');
  for (const option of asList(service['security_opt'])) {
    if (!/^no-new-privileges([:=]true)?$/.test(show(option))) {
      complain(at('security_opt'), `${show(option)} takes a protection away`);
    }
  }
  judgeNamespaces(name, service, complain);
  judgePorts(name, service, complain);
  judgeDeploy(name, asMap(service['deploy']), complain);
  const driver = asMap(service['logging'])['driver'];
  if (isSet(driver) && !harmlessLogging.includes(show(driver))) {
    complain(at('logging.driver'), `${show(driver)} writes elsewhere than into Docker's own log`);
  }
  const container = service['container_name'];
  if (isSet(container) && !show(container).startsWith(`${project}-`)) {
    complain(at('container_name'), `${show(container)} does not begin with ${project}-`);
  }
}

/** Namespaces of the host, or of a container of another project. */
function judgeNamespaces(name: string, service: Readonly<Record<string, unknown>>, complain: Complain): void {
  const allowed: Record<string, RegExp> = {
    // On Docker's own bridge are also containers that no compose file governs.
    network_mode: /^(none|service:.*)$/,
    pid: /^service:/,
    ipc: /^(none|private|shareable|service:.*)$/,
    uts: /^$/,
    userns_mode: /^$/,
    cgroup: /^private$/,
  };
  for (const [key, form] of Object.entries(allowed)) {
    const value = service[key];
    if (isSet(value) && !form.test(show(value))) {
      complain(`services.${name}.${key}`, `${show(value)} is not of this project's own`);
    }
  }
  for (const other of asList(service['volumes_from'])) {
    if (show(other).startsWith('container:')) {
      complain(`services.${name}.volumes_from`, `${show(other)} is a container of another project`);
    }
  }
}

function judgePorts(name: string, service: Readonly<Record<string, unknown>>, complain: Complain): void {
  for (const port of asList(service['ports'])) {
    // A number, a text, or a range of ports of which Docker takes one.
    const [first, last = first] = show(asMap(port)['published'] ?? '')
      .split('-')
      .map(Number);
    for (const taken of productionPorts) {
      if (first !== undefined && last !== undefined && first !== 0 && first <= taken && taken <= last) {
        complain(`services.${name}.ports`, `${taken} is production's port`);
      }
    }
  }
}

function judgeDeploy(name: string, deploy: Readonly<Record<string, unknown>>, complain: Complain): void {
  const resources = asMap(deploy['resources']);
  for (const part of ['reservations', 'limits']) {
    const { devices, generic_resources: generic } = asMap(resources[part]);
    if (isSet(devices) || isSet(generic))
      complain(`services.${name}.deploy.resources.${part}`, 'a device of this host');
  }
}
