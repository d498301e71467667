import type { Client } from 'ssh2';

import { Failure } from '../../logging/failure.ts';
import { readReply } from '../protocol/reply.ts';
import { checkedBody } from './checked-body.ts';
import { loadKey, type LoadedKey } from './keys.ts';
import { readPinnedKeys, type PinnedKey } from './known-hosts.ts';
import { preparePlainAccount } from './plain-account.ts';
import { startRemoteCommand, type CommandEnd } from './remote-command.ts';
import { RsyncSession } from './rsync-session.ts';
import { openConnection } from './ssh-connection.ts';
import { labelOf, type SshOptions } from './ssh-options.ts';
import type { Call, Reply, Transport } from './transport.ts';

/** What stands before our words: nothing where a forced command runs the vault, whatever we say. */
type Prefix = string | undefined;

/** Something answered, or ended without a word, that is not the vault: a shell perhaps. */
class StrangerAnswered extends Error {
  readonly failure: Error;

  constructor(failure: Error) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

/**
 * A vault over SSH. Key and known_hosts are checked at once, before anybody touches a database; the connection is
 * opened by the first call, and again where it was lost between two calls.
 * @throws Failure `config` where the key or known_hosts is not fit for use
 */
export async function openSshTransport(options: SshOptions): Promise<Transport> {
  const key = await loadKey(options.key);
  const pins = await readPinnedKeys(options.knownHostsPath, options.host, options.port);
  return new SshTransport(options, key, pins);
}

class SshTransport implements Transport {
  readonly label: string;
  readonly #options: SshOptions;
  readonly #key: LoadedKey;
  readonly #pins: readonly PinnedKey[];
  readonly #rsync: RsyncSession;
  #client: Promise<Client> | undefined;
  #prefix: Promise<Prefix> | undefined;
  #isClosed = false;

  constructor(options: SshOptions, key: LoadedKey, pins: readonly PinnedKey[]) {
    this.label = labelOf(options);
    this.#options = options;
    this.#key = key;
    this.#pins = pins;
    this.#rsync = new RsyncSession(options, key, pins);
  }

  async call(call: Call): Promise<Reply> {
    const isGreeting = call.words[0] === 'hello' && !call.body;
    if (this.#prefix || !isGreeting) return this.#ask(await this.#findPrefix(), call);
    const greeting = this.#greet(call);
    void this.#remember(greeting.then(({ prefix }) => prefix));
    const { prefix, reply } = await greeting;
    return reply ?? this.#ask(prefix, call);
  }

  async upload(files: readonly string[]): Promise<{ sentBytes: number }> {
    if (files.length === 0) return { sentBytes: 0 };
    const prefix = await this.#findPrefix();
    this.#refuseIfClosed();
    return this.#rsync.upload(files, prefix === undefined ? undefined : `${prefix} rsync`);
  }

  expectUpload(): void {
    if (!this.#isClosed) this.#rsync.connect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    client?.end();
    await this.#rsync.close();
  }

  /** What a session found out once stays true for it; a failure is no finding. */
  #remember(prefix: Promise<Prefix>): Promise<Prefix> {
    this.#prefix = prefix;
    prefix.catch(() => (this.#prefix = undefined));
    return prefix;
  }

  #findPrefix(): Promise<Prefix> {
    return this.#prefix ?? this.#remember(this.#greet({ words: ['hello'] }).then(({ prefix }) => prefix));
  }

  /** Says hello as to a forced command, and looks for a shell where that is not answered in our protocol. */
  async #greet(call: Call): Promise<{ prefix: Prefix; reply?: Reply }> {
    try {
      return { prefix: undefined, reply: await this.#askOnce(undefined, call) };
    } catch (error) {
      if (!(error instanceof StrangerAnswered)) throw error;
      const prefix = await preparePlainAccount(await this.#connect(), this.#options);
      if (prefix === undefined) throw error.failure;
      return { prefix };
    }
  }

  async #ask(prefix: Prefix, call: Call): Promise<Reply> {
    return this.#askOnce(prefix, call).catch((error: unknown) => {
      throw error instanceof StrangerAnswered ? error.failure : error;
    });
  }

  async #askOnce(prefix: Prefix, { words, body, progress }: Call): Promise<Reply> {
    const client = await this.#connect();
    const command = await startRemoteCommand(
      client,
      [...(prefix === undefined ? [] : [prefix]), ...words].join(' '),
      body,
    );
    let firstByte: number | undefined;
    const stdout = (async function* () {
      for await (const chunk of command.stdout) {
        firstByte ??= chunk[0];
        yield chunk;
      }
    })();
    try {
      const reply = await readReply(stdout, progress);
      if (reply.body) return { ...reply, body: checkedBody(reply.body, command, (end) => this.#checkEnd(end)) };
      this.#checkEnd(await command.ended);
      return reply;
    } catch (error) {
      command.close();
      const end = await command.ended;
      this.#options.signal?.throwIfAborted();
      if (command.bodyError() !== undefined) throw command.bodyError();
      // Every line of a vault is a JSON object.
      if (firstByte === '{'.charCodeAt(0)) throw error;
      if (end.code === null) throw this.#explainEnd(end);
      throw new StrangerAnswered(firstByte === undefined && end.code !== 0 ? this.#explainEnd(end) : (error as Error));
    }
  }

  /** Only 0 is a success. */
  #checkEnd(end: CommandEnd): void {
    if (end.code !== 0) throw this.#explainEnd(end);
  }

  #explainEnd({ code, stderr }: CommandEnd): Failure {
    if (code === null) {
      const next = 'Try again: what has arrived stays there. Check the network if it happens twice.';
      return new Failure(
        'vault',
        `the connection to ${this.label} was lost before its answer was complete, or the command there was killed`,
        next,
      );
    }
    const said = stderr === '' ? '' : `: ${stderr.slice(-400)}`;
    const next = 'Check the line of our key in authorized_keys on the backup server, and the log of sshd.';
    return new Failure('vault', `the command on ${this.label} ended with code ${String(code)}${said}`, next);
  }

  #refuseIfClosed(): void {
    this.#options.signal?.throwIfAborted();
    if (this.#isClosed) throw new Error(`the connection to ${this.label} is closed`);
  }

  async #connect(): Promise<Client> {
    this.#refuseIfClosed();
    this.#client ??= this.#open();
    return this.#client;
  }

  async #open(): Promise<Client> {
    try {
      const client = await openConnection(this.#options, this.#key, this.#pins);
      client.once('close', () => (this.#client = undefined));
      return client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }
}
