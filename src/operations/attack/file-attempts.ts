import { quote } from '../../vault/client/plain-account.ts';
import type { Attempt } from './attempt.ts';
import { judge } from './judge.ts';
import type { Said } from './said.ts';

/** The first packet of SFTP (SSH_FXP_INIT, version 3), and where the type of the answer stands. */
const SFTP_INIT = Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]);
const SFTP_VERSION = 2;

const findSftp = ({ stdout }: Said): string | undefined =>
  stdout.charCodeAt(4) === SFTP_VERSION ? 'an SFTP server answered' : undefined;

/** scp begins with a zero byte, a complaint (1) or the mode of what it is about to send. */
const findScp = ({ stdout }: Said): string | undefined =>
  /^(?:\0|\x01|C0[0-7]{3} )/.test(stdout) ? `scp answered: ${stdout.slice(0, 40)}` : undefined;

/** scp and SFTP: they only get as far as their first answer. */
export const fileAttempts: readonly Attempt[] = [
  {
    area: 'files',
    what: 'send with scp (scp -t), into the archives’ folder',
    run: async (ground) => judge(await ground.ask(`scp -t -- ${quote(ground.target.directory)}`), findScp),
  },
  {
    area: 'files',
    what: 'fetch the newest archive with scp (scp -f)',
    async run(ground) {
      const { directory, newest } = ground.target;
      // One zero byte: it names the file, and sends nothing of it until it gets another.
      return judge(await ground.ask(`scp -f -- ${quote(`${directory}/${newest}`)}`, { body: '\0' }), findScp);
    },
  },
  {
    area: 'files',
    what: 'open SFTP (the subsystem, as sftp and today’s scp do)',
    run: async (ground) => judge(await ground.askSubsystem('sftp', SFTP_INIT), findSftp),
  },
  ...['internal-sftp', '/usr/lib/openssh/sftp-server'].map((program): Attempt => ({
    area: 'files',
    what: `open SFTP as a command (${program})`,
    run: async (ground) => judge(await ground.ask(program, { body: SFTP_INIT }), findSftp),
  })),
];
