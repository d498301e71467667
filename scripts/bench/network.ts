import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { runCommand } from '../../src/system/run-command.ts';

/** Bytes that went over the wire so far, seen from the client. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/** What lies between the client and the vault, and counts. */
export interface Network {
  /** Where the vault's sshd listens, and what puts it there. */
  readonly serverHost: string;
  readonly serverLauncher: readonly string[];
  readonly isExact: boolean;
  /** The port to which clients connect, for one at which sshd listens. */
  openPort(serverPort: number): Promise<number>;
  traffic(): Traffic;
  stop(): Promise<void>;
}

/** A cable of our own where we may lay one; else a relay in this program, which costs time. */
export async function layNetwork(): Promise<Network> {
  return (await layCable()) ?? openRelay();
}

/**
 * A network namespace for the vault, and a pair of virtual interfaces into it: the kernel counts every byte in either
 * direction, headers included, and nothing else passes there.
 */
async function layCable(): Promise<Network | undefined> {
  // Names of interfaces have 15 characters at most, process numbers seven.
  const name = `bench${process.pid}`;
  const [ours, theirs] = [`${name}a`, `${name}b`];
  // Addresses for documentation, of which nobody is (RFC 5737).
  const base = (process.pid % 63) * 4;
  const [ourAddress, theirAddress] = [`192.0.2.${base + 1}`, `192.0.2.${base + 2}`];
  const steps = [
    `netns add ${name}`,
    `link add ${ours} type veth peer name ${theirs} netns ${name}`,
    `address add ${ourAddress}/30 dev ${ours}`,
    `link set ${ours} up`,
    `-n ${name} address add ${theirAddress}/30 dev ${theirs}`,
    `-n ${name} link set ${theirs} up`,
    `-n ${name} link set lo up`,
  ];
  const stop = async () => {
    await runCommand('ip', ['link', 'delete', ours]).catch(() => undefined);
    await runCommand('ip', ['netns', 'delete', name]).catch(() => undefined);
  };
  for (const step of steps) {
    const end = await runCommand('ip', step.split(' ')).catch(() => undefined);
    if (end?.code === 0) continue;
    await stop();
    return undefined;
  }
  const count = (field: string) => Number(readFileSync(`/sys/class/net/${ours}/statistics/${field}_bytes`, 'utf8'));
  return {
    serverHost: theirAddress,
    serverLauncher: ['nsenter', `--net=/run/netns/${name}`],
    isExact: true,
    openPort: (port) => Promise.resolve(port),
    traffic: () => ({ sentBytes: count('tx'), receivedBytes: count('rx') }),
    stop,
  };
}

function openRelay(): Network {
  const traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  let target = 0;
  const server = createServer((client) => {
    const vault = connect(target, '127.0.0.1');
    client.on('data', (piece) => (traffic.sentBytes += piece.length)).pipe(vault);
    vault.on('data', (piece) => (traffic.receivedBytes += piece.length)).pipe(client);
    client.on('error', () => vault.destroy());
    vault.on('error', () => client.destroy());
  });
  return {
    serverHost: '127.0.0.1',
    serverLauncher: [],
    isExact: false,
    async openPort(serverPort) {
      target = serverPort;
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
      return (server.address() as AddressInfo).port;
    },
    traffic: () => ({ ...traffic }),
    stop: async () => void server.close(),
  };
}
