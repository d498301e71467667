import { pipeline, Transform, type Readable } from 'node:stream';

import type { CommandEnd, RemoteCommand } from './remote-command.ts';

/** Passes a body on; its end is told only once the command has ended well. Left early, it closes the channel. */
export function checkedBody(body: Readable, command: RemoteCommand, check: (end: CommandEnd) => void): Readable {
  const gate = new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => {
      command.ended.then(check).then(
        () => done(),
        (error: unknown) => done(error as Error),
      );
    },
  });
  pipeline(body, gate, () => command.close());
  return gate;
}
