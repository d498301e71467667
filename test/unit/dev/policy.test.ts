import { describe, expect, it } from '@jest/globals';
import { judgeDevModel } from '../../../src/operations/dev/policy.ts';
import type { DevGround } from '../../../src/operations/dev/policy/ground.ts';

const ground: DevGround = {
  directory: '/home/dev/hub',
  secrets: '/home/dev/hub/secrets/dev',
  contexts: ['/home/dev/app'],
  production: {
    projects: ['skills-hub'],
    images: ['skills-hub/app:1.0.0'],
    volumes: ['skills-hub_app-db'],
    networks: ['skills-hub_front'],
    paths: ['/srv/skills-hub/data/uploads', '/home/dev/hub/data/uploads', '/home/dev/hub/secrets/app_db_password'],
    settings: ['/home/dev/hub/.env', '/home/dev/hub/app/production.env'],
  },
  kept: [],
  resolve: (path) => (path === '/home/dev/hub/link' ? '/etc' : path),
};

type Parts = Record<string, unknown>;
const model = (service: Parts = {}, top: Parts = {}): Parts => ({
  name: 'skills-hub-dev',
  services: { web: { image: 'web', ...service } },
  ...top,
});
const judge = (content: unknown, on: DevGround = ground) => judgeDevModel(content, on).join('\n');
const bind = (source: string, more: Parts = {}) => ({
  volumes: [{ type: 'bind', source, target: '/x', read_only: true, ...more }],
});

describe('the policy for development', () => {
  it('has nothing against a platform that keeps to itself', () => {
    const service = {
      build: { context: '/home/dev/hub', dockerfile: 'Dockerfile', args: { A: 'b' } },
      image: 'skills-hub-dev/app:local',
      cap_drop: ['ALL'],
      cap_add: ['CHOWN', 'CAP_SETUID', 'NET_BIND_SERVICE'],
      security_opt: ['no-new-privileges:true'],
      command: null,
      entrypoint: null,
      privileged: false,
      devices: [],
      network_mode: 'service:proxy',
      pid: 'service:proxy',
      ipc: 'private',
      ports: [{ mode: 'ingress', host_ip: '127.0.0.1', target: 8081, published: '8081', protocol: 'tcp' }],
      logging: { driver: 'json-file', options: { 'max-size': '10m' } },
      volumes: [
        { type: 'volume', source: 'uploads', target: '/u' },
        { type: 'volume', target: '/anonymous' },
        { type: 'tmpfs', target: '/t' },
        { type: 'bind', source: '/home/dev/hub/src', target: '/s', read_only: true, bind: { create_host_path: true } },
      ],
      deploy: { resources: { limits: { memory: '1' } }, placement: {} },
      'x-note': { any: 'thing' },
    };
    const top = {
      networks: {
        default: { name: 'skills-hub-dev_default', ipam: {} },
        db: { name: 'skills-hub-dev_db', internal: true },
      },
      volumes: { uploads: { name: 'skills-hub-dev_uploads' } },
      secrets: { p: { name: 'skills-hub-dev_p', file: '/home/dev/hub/secrets/dev/p' } },
      configs: { c: { content: 'x' }, f: { file: '/home/dev/hub/Caddyfile' } },
      'x-service': {},
    };
    expect(judge(model(service, top))).toBe('');
  });

  it.each<[string, Parts, string]>([
    ['privileged containers', { privileged: true }, 'services.web.privileged'],
    ['the power to mount', { cap_add: ['SYS_ADMIN'] }, 'SYS_ADMIN reaches beyond'],
    ['it in small letters, with its prefix', { cap_add: ['cap_sys_admin'] }, 'cap_sys_admin reaches beyond'],
    ['all powers', { cap_add: ['ALL'] }, 'ALL reaches beyond'],
    ['reading past permissions of the host', { cap_add: ['DAC_READ_SEARCH'] }, 'DAC_READ_SEARCH'],
    ['devices', { devices: [{ source: '/dev/sda', target: '/dev/sda' }] }, 'services.web.devices'],
    ['rules for devices', { device_cgroup_rules: ['c 1:3 mr'] }, 'device_cgroup_rules'],
    ['graphics cards', { gpus: [{ count: -1 }] }, 'services.web.gpus'],
    ['reserved devices', { deploy: { resources: { reservations: { devices: [{ count: 1 }] } } } }, 'reservations'],
    ['no seccomp', { security_opt: ['seccomp:unconfined'] }, 'takes a protection away'],
    ['no apparmor', { security_opt: ['apparmor=unconfined'] }, 'takes a protection away'],
    ['new privileges', { security_opt: ['no-new-privileges:false'] }, 'takes a protection away'],
    ["the host's network", { network_mode: 'host' }, 'services.web.network_mode'],
    ["Docker's own bridge", { network_mode: 'bridge' }, 'services.web.network_mode'],
    ["Docker's own bridge, by its other name", { network_mode: 'default' }, 'services.web.network_mode'],
    ["another container's network", { network_mode: 'container:skills-hub-app-1' }, 'services.web.network_mode'],
    ["the host's processes", { pid: 'host' }, 'services.web.pid'],
    ["another container's processes", { pid: 'container:x' }, 'services.web.pid'],
    ["the host's shared memory", { ipc: 'host' }, 'services.web.ipc'],
    ["the host's name", { uts: 'host' }, 'services.web.uts'],
    ["the host's users", { userns_mode: 'host' }, 'services.web.userns_mode'],
    ["the host's control groups", { cgroup: 'host' }, 'services.web.cgroup'],
    ['a control group by name', { cgroup_parent: '/' }, 'cgroup_parent'],
    ['another runtime', { runtime: 'nvidia' }, 'services.web.runtime'],
    ['volumes of another container', { volumes_from: ['container:skills-hub-app-1'] }, 'volumes_from'],
    ['links to another project', { external_links: ['skills-hub-app-db-1:db'] }, 'external_links'],
    ["Docker's socket, as newer versions hand it out", { use_api_socket: true }, 'use_api_socket'],
    ['programs on the host', { provider: { type: 'x' } }, 'services.web.provider'],
    ['words to the runtime', { annotations: { 'org.systemd.property.Slice': "'x'" } }, 'services.web.annotations'],
    ['what nobody knows yet', { unheard_of: 'yes' }, 'services.web.unheard_of: is not known'],
    ['logs elsewhere', { logging: { driver: 'syslog' } }, 'logging.driver'],
    ['the name of a container of production', { container_name: 'skills-hub-app-1' }, 'container_name'],
    ["production's port", { ports: [{ published: '443', target: 1 }] }, "443 is production's port"],
    ["a range with production's port", { ports: [{ published: '79-90', target: 1 }] }, "80 is production's port"],
    ['a mount of another kind', { volumes: [{ type: 'npipe', source: 'x', target: '/x' }] }, 'npipe'],
  ])('refuses %s', (_what, service, finding) => {
    expect(judge(model(service))).toContain(finding);
  });

  it.each([
    ['/', 'outside the project'],
    ['/home/dev', 'outside the project'],
    ['/home/dev/hubris', 'outside the project'],
    ['/srv/skills-hub/data/uploads', 'outside the project'],
    ['/home/dev/hub/link', 'which leads to /etc'],
    ['/var/run/docker.sock', "Docker's socket"],
    ['/home/dev/hub/docker.sock', "Docker's socket"],
    ['/run/containerd/containerd.sock', "Docker's socket"],
    ['/home/dev/hub/data/uploads', "which is production's"],
    ['/home/dev/hub/data/uploads/2026', "which is production's"],
    ['/home/dev/hub/data', "which is production's"],
    ['/home/dev/hub/.env', "which is production's"],
    ['/home/dev/hub/app', "which is production's"],
    ['/home/dev/hub', "which is production's"],
    ['/home/dev/hub/.git', 'holds what git keeps'],
    ['/home/dev/hub/vendor/other/.git/config', 'holds what git keeps'],
  ])('refuses the mount of %s', (source, finding) => {
    expect(judge(model(bind(source)))).toContain(finding);
  });

  it.each([undefined, false, 'true'])('refuses a mount of the project that a container may write to: %j', (written) => {
    const finding = '/home/dev/hub/src is writable: mount it read-only (:ro)';
    expect(judge(model(bind('/home/dev/hub/src', { read_only: written })))).toContain(finding);
  });

  it.each([
    { type: 'none', o: 'bind,rw', device: '/home/dev/hub/src' },
    { type: 'none', o: 'bind,ro', device: '/home/dev/hub/src' },
    { o: 'rbind', device: '/home/dev/hub/link' },
    { type: 'tmpfs', o: 'bind', device: '/' },
    { type: 'overlay', o: 'lowerdir=/:/srv', device: '' },
  ])('refuses a volume that is a folder: %j', (options) => {
    const volumes = { v: { name: 'v', driver: 'local', driver_opts: options } };
    expect(judge(model({}, { volumes }))).toContain('volumes.v: ');
  });

  it('lets a volume be memory', () => {
    const options = { type: 'tmpfs', o: 'size=10m,uid=1000', device: 'tmpfs' };
    expect(judge(model({}, { volumes: { v: { name: 'v', driver_opts: options } } }))).toBe('');
  });

  it('refuses a mount that holds all secrets, and one that changes mounts of the host', () => {
    const alone = { ...ground, production: { ...ground.production, paths: [], settings: [] } };
    expect(judge(model(bind('/home/dev/hub')), alone)).toContain('holds the secrets of every service');
    const apart = { ...alone, secrets: '/home/dev/secrets' };
    expect(judge(model(bind('/home/dev/hub')), apart)).toContain('holds what git keeps');
    expect(judge(model({}, { configs: { c: { file: '/home/dev/hub' } } }), alone)).toContain('holds what git keeps');
    expect(judge(model(bind('/home/dev/hub/src', { bind: { propagation: 'rshared' } })))).toContain(
      'propagation rshared',
    );
    expect(judge(model(bind('/home/dev/hub/src', { bind: { propagation: 'rprivate' } })))).toBe('');
    expect(judge(model(bind('/home/dev/hub/src', { bind: { recursive: 'writable' } })))).toContain('bind.recursive');
  });

  it.each<[string, Parts, string]>([
    ['fault 122: the name of production', { name: 'skills-hub' }, "skills-hub is production's project"],
    ['no name', { name: '' }, 'the project has none'],
    ['no service', { services: {} }, 'there is none'],
    ['what nobody knows yet', { models: { m: {} } }, 'models: is not known'],
    ['external volumes', { volumes: { v: { name: 'x', external: true } } }, 'volumes.v: external'],
    [
      "production's volume by name",
      { volumes: { v: { name: 'skills-hub_app-db' } } },
      "skills-hub_app-db is production's",
    ],
    ['volumes of another driver', { volumes: { v: { name: 'v', driver: 'sshfs' } } }, 'keeps files elsewhere'],
    [
      'a file system of the network',
      { volumes: { v: { name: 'v', driver_opts: { type: 'nfs', o: 'addr=1.2.3.4', device: ':/x' } } } },
      'mounted from elsewhere',
    ],
    [
      'a disk of the host',
      { volumes: { v: { name: 'v', driver_opts: { type: 'ext4', device: '/dev/sda1' } } } },
      'mounted from elsewhere',
    ],
    ['what nobody knows yet of a volume', { volumes: { v: { name: 'v', new: 1 } } }, 'volumes.v.new: is not known'],
    ['what nobody knows yet of a network', { networks: { n: { name: 'n', new: 1 } } }, 'networks.n.new: is not known'],
    ['what nobody knows yet of a secret', { secrets: { s: { name: 's', new: 1 } } }, 'secrets.s.new: is not known'],
    [
      'a network by its number',
      { networks: { n: { name: 'a0'.repeat(32) } } },
      "may be the number of another project's",
    ],
    ['external networks', { networks: { n: { name: 'x', external: true } } }, 'networks.n: external'],
    [
      "production's network by name",
      { networks: { n: { name: 'skills-hub_front' } } },
      "skills-hub_front is production's",
    ],
    ['networks of the host', { networks: { n: { name: 'n', driver: 'macvlan' } } }, 'joins a network of this host'],
    [
      'a bridge by name',
      { networks: { n: { name: 'n', driver_opts: { 'com.docker.network.bridge.name': 'br0' } } } },
      'bridge by name',
    ],
    ['external secrets', { secrets: { s: { name: 's', external: true } } }, 'secrets.s'],
    ['a file of the host as a secret', { secrets: { s: { file: '/etc/shadow' } } }, 'outside the project'],
    [
      "production's secret",
      { secrets: { s: { file: '/home/dev/hub/secrets/app_db_password' } } },
      "app_db_password is production's",
    ],
    ["git's tokens", { configs: { c: { file: '/home/dev/hub/.git/config' } } }, 'holds what git keeps'],
    ['all secrets as one', { secrets: { s: { file: '/home/dev/hub/secrets/dev' } } }, 'holds the secrets'],
    ['a file of the host as a configuration', { configs: { c: { file: '/etc/passwd' } } }, 'outside the project'],
  ])('refuses %s', (_what, top, finding) => {
    expect(judge(model({}, top))).toContain(finding);
  });

  it.each<[string, Parts, string]>([
    ['a context outside', { context: '/etc' }, 'services.web.build.context: /etc is outside'],
    ['what git keeps', { context: '/home/dev/hub/.git' }, "is git's own"],
    ['a context on the network', { context: 'https://example.org/x.git' }, 'is not of the commit'],
    ['a Dockerfile outside', { context: '/home/dev/hub', dockerfile: '../../x/Dockerfile' }, 'build.dockerfile'],
    [
      'further contexts outside',
      { context: '/home/dev/hub', additional_contexts: { data: '/srv/skills-hub' } },
      'additional_contexts.data',
    ],
    [
      "a Dockerfile beside development's secrets",
      { context: '/home/dev/hub/src', dockerfile: '../secrets/dev/Dockerfile' },
      'is of the secrets',
    ],
    [
      'a cache in a folder of the host',
      { context: '/home/dev/hub', cache_from: ['src=/etc,type=local'] },
      'build.cache_from: src=/etc,type=local is no image',
    ],
    ["the host's network", { context: '/home/dev/hub', network: 'host' }, 'build.network'],
    ['privileges', { context: '/home/dev/hub', privileged: true }, 'build.privileged'],
    ['entitlements', { context: '/home/dev/hub', entitlements: ['security.insecure'] }, 'build.entitlements'],
    ["the account's SSH keys", { context: '/home/dev/hub', ssh: ['default'] }, 'build.ssh'],
    ['a tag of production', { context: '/home/dev/hub', tags: ['skills-hub/app:1.0.0'] }, 'an image of production'],
  ])('refuses a build with %s', (_what, build, finding) => {
    expect(judge(model({ build }))).toContain(finding);
  });

  it('refuses a build under the name of an image of production, and lets the same image be used', () => {
    const image = 'skills-hub/app:1.0.0';
    expect(judge(model({ image, build: { context: '/home/dev/hub' } }))).toContain('a build would replace it');
    expect(judge(model({ image }))).toBe('');
  });

  it.each([
    ['docker.io/skills-hub/app:1.0.0', 'skills-hub/app:1.0.0'],
    ['index.docker.io/skills-hub/app:1.0.0', 'skills-hub/app:1.0.0'],
    ['skills-hub/app:1.0.0', 'docker.io/skills-hub/app:1.0.0'],
    [`skills-hub/app:1.0.0@sha256:${'0'.repeat(64)}`, 'skills-hub/app:1.0.0'],
    ['app', 'docker.io/library/app:latest'],
    ['library/app:latest', 'app'],
    ['localhost/app', 'localhost/app:latest'],
    ['registry.example.org:5000/app', 'registry.example.org:5000/app:latest'],
  ])('refuses it however it is written: %s for %s', (image, theirs) => {
    const on = { ...ground, production: { ...ground.production, images: [theirs] } };
    expect(judge(model({ image, build: { context: '/home/dev/hub' } }), on)).toContain('a build would replace it');
    expect(judge(model({ build: { context: '/home/dev/hub', tags: [image] } }), on)).toContain('a build would replace');
    expect(judge(model({ image, pull_policy: 'always' }), on)).toContain(
      'with pull_policy always it would be replaced',
    );
    expect(judge(model({ image, pull_policy: 'missing' }), on)).toBe('');
  });

  it('tells images apart that only look alike, and knows the name of one that has none', () => {
    const on = (...images: string[]) => ({ ...ground, production: { ...ground.production, images } });
    const build = { context: '/home/dev/hub' };
    expect(judge(model({ image: 'skills-hub/app:1', build }), on('skills-hub/app', 'quay.io/skills-hub/app:1'))).toBe(
      '',
    );
    expect(judge(model({ image: undefined, build }), on('skills-hub-dev-web'))).toContain('a build would replace it');
  });

  it('judges all that lies beside a Dockerfile, and lets caches be images', () => {
    const build = { context: '/home/dev/hub/src', dockerfile: '../Dockerfile' };
    expect(judge(model({ build }))).toBe('');
    expect(judge(model({ build }), { ...ground, kept: ['/home/dev/hub/data'] })).toContain(
      'build.dockerfile: /home/dev/hub reaches /home/dev/hub/data',
    );
    const cached = { context: '/home/dev/hub', cache_from: ['hub/app:cache', 'type=registry,ref=hub/app:cache'] };
    expect(judge(model({ build: cached }))).toBe('');
  });

  it('lets a build take what the operator has named', () => {
    expect(judge(model({ build: { context: '/home/dev/app/server' } }))).toBe('');
    expect(judge(model({ build: '/etc' }))).toContain('outside');
  });

  it.each<[string, Parts]>([
    ['the folder that holds it', { context: '/home/dev/hub' }],
    ['a folder of its own', { context: '/home/dev/hub/data/uploads' }],
    ['its variables, as a Dockerfile', { context: '/home/dev/hub/src', dockerfile: '../.env' }],
    ['a further context', { context: '/home/dev/hub/src', additional_contexts: { more: '/home/dev/hub/data' } }],
    ["development's own secrets", { context: '/home/dev/hub/secrets/dev' }],
  ])('refuses to build from what production keeps here: %s', (_what, build) => {
    const kept = ['/home/dev/hub/data/uploads', '/home/dev/hub/secrets/app_db_password'];
    expect(judge(model({ build }), { ...ground, kept })).toMatch(
      /which is production's: build from another|of the secrets/,
    );
    expect(judge(model({ build: { context: '/home/dev/hub/src' } }), { ...ground, kept })).toBe('');
  });

  it('names every fault, not only the first', () => {
    const faults = judgeDevModel(model({ privileged: true, pid: 'host' }, { name: 'skills-hub' }), ground);
    expect(faults).toHaveLength(3);
  });

  it.each([undefined, null, [], 'text', {}, { name: 'x', services: { web: 'text' } }])(
    'does not pass nonsense: %j',
    (content) => expect(judgeDevModel(content, ground)).not.toEqual([]),
  );
});
