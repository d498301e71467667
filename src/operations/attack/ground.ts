import type { ClientChannel, Client } from 'ssh2';
import { ControlMaster } from '../../vault/client/control-master.ts';
import { loadKey, type LoadedKey } from '../../vault/client/keys.ts';
import { readPinnedKeys, type PinnedKey } from '../../vault/client/known-hosts.ts';
import { runProgram, type ProgramEnd } from '../../vault/client/run-program.ts';
import { openConnection } from '../../vault/client/ssh-connection.ts';
import type { SshOptions } from '../../vault/client/ssh-options.ts';
import { collectSaid, type Said } from './said.ts';

/** How a request is made to differ from a plain one. */
export interface AskOptions {
  /** Sent on standard input, which then ends. */
  body?: string | Uint8Array;
  /** Variables that the SSH client asks the server to set. */
  environment?: Record<string, string>;
  wants?: 'terminal' | 'x11' | 'agent';
}

/** What attempts know of the vault. */
export interface Target {
  /** The vault's directory, as our own configuration names it. */
  directory: string;
  /** An archive that is there. */
  newest: string;
  /** An archive's name that nobody has used. */
  free: string;
  /** The same with the vault's own date. */
  freeToday: string;
  /** An archive that is not the newest: one that is there, if there is any. */
  older: string;
  /** The vault's own clock. */
  clock: Date;
}

type Opener = (client: Client, opened: (error: Error | undefined, channel?: ClientChannel) => void) => void;

/** Production's way to the vault, with its own key and pinned host keys, but with any words at all. */
export class AttackGround {
  readonly options: SshOptions;
  readonly #key: LoadedKey;
  readonly #pins: readonly PinnedKey[];
  readonly #master: ControlMaster;
  #client: Promise<Client> | undefined;
  target: Target;

  private constructor(options: SshOptions, key: LoadedKey, pins: readonly PinnedKey[], target: Target) {
    this.options = options;
    this.#key = key;
    this.#pins = pins;
    this.#master = new ControlMaster(options, key, pins);
    this.target = target;
  }

  /** @throws Failure `config` where the key or known_hosts is not fit for use */
  static async open(options: SshOptions, target: Target): Promise<AttackGround> {
    const pins = await readPinnedKeys(options.knownHostsPath, options.host, options.port);
    return new AttackGround(options, await loadKey(options.key), pins, target);
  }

  /** The SSH connection; a new one where the last was lost. */
  connect(): Promise<Client> {
    if (this.#client) return this.#client;
    const connecting = openConnection(this.options, this.#key, this.#pins).then((client) => {
      // One that ends late must not make us forget the one that has taken its place, which nobody would end then.
      client.once('close', () => {
        if (this.#client === connecting) this.#client = undefined;
      });
      return client;
    });
    connecting.catch(() => (this.#client = undefined));
    this.#client = connecting;
    return connecting;
  }

  /** Has a command run, whatever it consists of. */
  ask(command: string, { body = '', environment, wants }: AskOptions = {}): Promise<Said> {
    return this.#say(body, (client, opened) => {
      // The agent that nobody will be let in to: ssh2 asks for forwarding only where it has one.
      if (wants === 'agent') Object.assign(client, { _agent: {} });
      const settings = {
        ...(environment ? { env: environment } : {}),
        ...(wants === 'terminal' ? { pty: true } : {}),
        ...(wants === 'x11' ? { x11: true } : {}),
        ...(wants === 'agent' ? { agentForward: true } : {}),
      };
      client.exec(command, settings, opened);
    });
  }

  /** Asks for a shell, without a terminal. */
  askShell(body: string): Promise<Said> {
    return this.#say(body, (client, opened) => client.shell(false, opened));
  }

  askSubsystem(name: string, body: Uint8Array): Promise<Said> {
    return this.#say(body, (client, opened) => client.subsys(name, opened));
  }

  /** Opens a channel of any other kind. */
  askChannel(body: string, open: Opener): Promise<Said> {
    return this.#say(body, open);
  }

  /** Runs rsync as our own client does, but to a place of the attacker's choice. */
  async sendFile(file: string, destination: string, timeoutMs: number): Promise<ProgramEnd> {
    const socket = await this.#master.connect();
    const ssh = `ssh -F none -S '${socket}' -o ControlMaster=no -o ProxyCommand=false -o BatchMode=yes -o LogLevel=ERROR`;
    const args = ['--ignore-times', '--partial', '--timeout=20', '-e', ssh, '--', file, `vault:${destination}`];
    const signals = [AbortSignal.timeout(timeoutMs), ...(this.options.signal ? [this.options.signal] : [])];
    return await runProgram('rsync', args, { ...this.options, signal: AbortSignal.any(signals) });
  }

  /** Ends the connection, so that the next attempt has a fresh one. */
  async drop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    client?.destroy();
  }

  async close(): Promise<void> {
    await this.drop();
    await this.#master.close();
  }

  async #say(body: string | Uint8Array, open: Opener): Promise<Said> {
    const client = await this.connect();
    return await collectSaid(client, body, (opened) => open(client, opened));
  }
}
