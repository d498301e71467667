import { randomBytes } from 'node:crypto';
import type { Client } from 'ssh2';
import type { Attempt, Judgement } from './attempt.ts';
import type { AttackGround } from './ground.ts';
import { conclude, judge } from './judge.ts';
import type { Said } from './said.ts';

/** SSH_OPEN_CONNECT_FAILED: the server was willing, and nobody listened there. (For Unix sockets sshd always says so.) */
const CONNECT_FAILED = 2;

/** Whether a connection was made on our behalf, or at least tried. */
function findConnection({ turnedDown, reason, isLost, stdout }: Said): string | undefined {
  if (isLost) return undefined;
  if (turnedDown === undefined) return `connected: ${stdout.slice(0, 40)}`;
  return reason === CONNECT_FAILED ? `the server tried to connect: ${turnedDown}` : undefined;
}

/** Asks the server to listen; what it opened is closed at once. */
async function listenThere(
  ground: AttackGround,
  listen: (client: Client, done: (error?: Error) => void) => void,
  stop: (client: Client, done: () => void) => void,
): Promise<Judgement> {
  const client = await ground.connect();
  const error = await new Promise<Error | undefined>((resolve) => listen(client, (failure) => resolve(failure)));
  if (error) return conclude('refused', error.message);
  await new Promise<void>((resolve) => stop(client, resolve));
  return conclude('succeeded', 'the server listened for us (closed again)');
}

const whatIsWanted = { agent: 'hand over an SSH agent', x11: 'hand over a display (X11)' } as const;

export const forwardAttempts: readonly Attempt[] = [
  {
    area: 'forwarding',
    what: 'reach a port of the vault’s own (ssh -L)',
    run: async (ground) =>
      judge(
        await ground.askChannel('', (client, opened) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', 22, opened)),
        findConnection,
      ),
  },
  {
    area: 'forwarding',
    what: 'reach another machine by name through the vault (ssh -D, -W)',
    run: async (ground) =>
      judge(
        await ground.askChannel('', (client, opened) => client.forwardOut('127.0.0.1', 0, 'localhost', 9, opened)),
        findConnection,
      ),
  },
  {
    area: 'forwarding',
    what: 'have the vault listen on a port for us (ssh -R)',
    run: (ground) => {
      let port = 0;
      return listenThere(
        ground,
        (client, done) =>
          client.forwardIn('127.0.0.1', 0, (error, opened) => {
            port = opened;
            done(error);
          }),
        (client, done) => client.unforwardIn('127.0.0.1', port, () => done()),
      );
    },
  },
  {
    area: 'forwarding',
    what: 'reach a Unix socket of the vault',
    async run(ground) {
      // systemd's journal takes lines from anybody, and is sent none.
      const said = await ground.askChannel('', (client, opened) =>
        client.openssh_forwardOutStreamLocal('/run/systemd/journal/stdout', opened),
      );
      return judge(said, () => (said.turnedDown === undefined && !said.isLost ? 'connected' : undefined));
    },
  },
  {
    area: 'forwarding',
    what: 'have the vault listen on a Unix socket for us',
    run: (ground) => {
      // Never the same: a socket that was left there would look like a refusal.
      const socket = `/tmp/skills-vault-probe-${randomBytes(6).toString('hex')}`;
      return listenThere(
        ground,
        (client, done) => client.openssh_forwardInStreamLocal(socket, (error) => done(error ?? undefined)),
        (client, done) => client.openssh_unforwardInStreamLocal(socket, () => done()),
      );
    },
  },
  ...(['agent', 'x11'] as const).map((wants): Attempt => ({
    area: 'forwarding',
    what: whatIsWanted[wants],
    async run(ground) {
      const said = await ground.ask('hello', { wants });
      // A server that refused to forward an agent is not asked again on the same connection.
      await ground.drop();
      return judge(said, () => (said.turnedDown === undefined && !said.isLost ? 'it was accepted' : undefined));
    },
  })),
];
