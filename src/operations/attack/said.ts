import type { ClientChannel, Client } from 'ssh2';
import { messageOf } from '../../logging/failure.ts';

/** More than this of an answer says nothing new. */
const KEPT_BYTES = 65_536;

/** How the vault took a request. */
export interface Said {
  /** Why the server did not even open the channel, or turned the request down. */
  turnedDown?: string;
  /** SSH's reason code for that, where it gave one: 1 is "prohibited", 2 "the connection was tried and failed". */
  reason?: number;
  /** The connection ended meanwhile. */
  isLost: boolean;
  /** One character a byte. */
  stdout: string;
  stderr: string;
  /** Null where it was killed, or the connection was lost. */
  code: number | null;
}

/** Opens a channel, sends the body and its end, and waits until the other side has said everything. */
export function collectSaid(
  client: Client,
  body: string | Uint8Array,
  open: (opened: (error: Error | undefined, channel?: ClientChannel) => void) => void,
): Promise<Said> {
  return new Promise((resolve) => {
    const said: Said = { isLost: false, stdout: '', stderr: '', code: null };
    const settle = (changes: Partial<Said>): void => {
      client.off('close', lose);
      resolve({ ...said, ...changes });
    };
    const lose = (): void => settle({ isLost: true });
    client.once('close', lose);
    try {
      open((error, channel) => {
        if (error || !channel) {
          const { reason } = (error ?? {}) as { reason?: unknown };
          const number = typeof reason === 'number' ? { reason } : {};
          settle({ turnedDown: messageOf(error), ...number });
          return;
        }
        listen(channel, said, settle);
        channel.on('error', () => undefined);
        channel.end(body);
      });
    } catch (error) {
      settle({ turnedDown: messageOf(error) });
    }
  });
}

function listen(channel: ClientChannel, said: Said, settle: (changes: Partial<Said>) => void): void {
  channel.on('data', (chunk: Buffer) => (said.stdout = (said.stdout + chunk.toString('latin1')).slice(0, KEPT_BYTES)));
  // Channels of forwarding have none.
  (channel.stderr as ClientChannel['stderr'] | undefined)?.on('data', (chunk: Buffer) => {
    said.stderr = (said.stderr + chunk.toString()).slice(-KEPT_BYTES);
  });
  channel.on('exit', (code: number | null) => (said.code = code));
  channel.once('close', () => settle({}));
}
