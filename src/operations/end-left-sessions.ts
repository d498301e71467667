import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../logging/failure.ts';
import { endAllLeftSessions } from '../sources/postgres/end-sessions.ts';
import { connectServer } from './connect-server.ts';
import type { Platform } from './platform.ts';

const LEFTOVERS_CONNECT_WITHIN_MS = 500;

/**
 * Ends the sessions that a killed run has left on servers inside containers: what `docker exec` had started there goes on
 * without it. Over a connection string there is none: the program's own end of the pipe is gone. A server that cannot be
 * asked is said; whatever comes next will need it, or not.
 */
export async function endSessionsOfKilledRun(platform: Platform): Promise<void> {
  const { config, logger } = platform;
  const inContainers = config.databases.filter(({ reach }) => reach.by !== 'url');
  const distinct = new Map(inContainers.map((database) => [JSON.stringify(database.reach), database]));
  await Promise.all(
    [...distinct.values()].map(async (database) => {
      try {
        const server = await connectServer(platform, database);
        let ended = await endAllLeftSessions(server);
        // A program of the killed run may just have begun to connect.
        await sleep(LEFTOVERS_CONNECT_WITHIN_MS);
        ended += await endAllLeftSessions(server);
        if (ended > 0) logger.info(`Ended ${ended} session(s) that the killed run had left on ${server.label}.`);
      } catch (error) {
        logger.warning(
          `what a killed run may have left on the server of databases.${database.name} was not ended: ${messageOf(error)}`,
        );
      }
    }),
  );
}
