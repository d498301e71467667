import type { ClientChannel, Client } from 'ssh2';

import { Failure, messageOf } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';

const MAX_STDERR_CHARACTERS = 4_000;

export interface CommandEnd {
  /** Null where the connection was lost or a signal ended the command: never a success. */
  code: number | null;
  /** Its last lines, printable. */
  stderr: string;
}

export interface RemoteCommand {
  /** To be read to its end or left by `return`, which closes the channel. */
  stdout: AsyncIterable<Uint8Array>;
  /** What the body threw, if it did; the channel is closed then. */
  bodyError(): unknown;
  ended: Promise<CommandEnd>;
  close(): void;
}

/** How long a command whose output has ended may take to end itself. */
const END_GRACE_MS = 5_000;

/** Runs a command through the channel's own streams: nothing is buffered, and back-pressure reaches the other side. */
export async function startRemoteCommand(
  client: Client,
  command: string,
  body?: AsyncIterable<Uint8Array>,
): Promise<RemoteCommand> {
  const { channel, ended } = await new Promise<{ channel: ClientChannel; ended: Promise<CommandEnd> }>(
    (resolve, reject) => {
      client.exec(command, (error, opened) => {
        if (error) reject(error);
        // Listening at once: how it ended may stand in the very packet that says it began.
        else resolve({ channel: opened, ended: awaitEnd(opened) });
      });
    },
  ).catch((error: unknown) => {
    const next = 'Try again; if it happens twice, look at the log of sshd on the backup server.';
    throw new Failure('vault', `the backup server opens no channel: ${messageOf(error)}`, next, { cause: error });
  });
  const close = (): void => {
    channel.resume();
    // Behind the end of its output comes how it ended: closing at once would lose that.
    if (channel.readableEnded) setTimeout(() => channel.close(), END_GRACE_MS).unref();
    else channel.close();
  };
  let bodyError: unknown;
  if (!body) channel.end();
  else {
    send(channel, body, ended).catch((error: unknown) => {
      bodyError = error;
      close();
    });
  }
  return { stdout: readChannel(channel, close), bodyError: () => bodyError, ended, close };
}

function awaitEnd(channel: ClientChannel): Promise<CommandEnd> {
  let stderr = '';
  let code: number | null = null;
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-MAX_STDERR_CHARACTERS);
  });
  channel.on('exit', (status: number | null) => (code = status));
  channel.on('error', () => undefined);
  return new Promise((resolve) => {
    channel.once('close', () => resolve({ code, stderr: printable(stderr) }));
  });
}

async function* readChannel(channel: ClientChannel, close: () => void): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    // ssh2's destroy() leaves the stream paused, and then its end is never told: we close and drain it ourselves.
    for await (const chunk of channel.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } finally {
    close();
  }
}

async function send(channel: ClientChannel, body: AsyncIterable<Uint8Array>, ended: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const over = ended.then(() => {
    state.isOver = true;
  });
  for await (const chunk of body) {
    if (state.isOver) return;
    // ssh2 never calls back for what is written after the channel's end.
    if (!channel.write(chunk))
      await Promise.race([new Promise<void>((resolve) => channel.once('drain', resolve)), over]);
  }
  channel.end();
}
