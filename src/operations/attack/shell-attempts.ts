import type { Attempt } from './attempt.ts';
import { conclude, judge, judgeCommand } from './judge.ts';
import type { Said } from './said.ts';
import { quote } from '../../vault/client/plain-account.ts';

/** Only a shell knows the result: no answer that quotes the question holds it. */
const SUM = 'echo $((271*3041))';
const RESULT = '824111';

/** Whether a shell has answered, in words for the table. */
export function findShell({ stdout }: Pick<Said, 'stdout'>): string | undefined {
  return stdout.includes(RESULT) ? `a shell answered ${SUM} with ${RESULT}` : undefined;
}

export const shellCommand: Attempt = {
  area: 'shell',
  what: 'run a command in a shell',
  run: async (ground) => judge(await ground.ask(SUM), findShell),
};

/** What only looks, or aims at an archive that does not exist: a shell would say so, and nothing would be lost. */
const commands: readonly [what: string, write: (paths: { free: string; newest: string; folder: string }) => string][] =
  [
    ['delete an archive (rm, of a name that is free)', ({ free }) => `rm -- ${free}`],
    ['truncate an archive (truncate -c, of a name that is free)', ({ free }) => `truncate -c -s 0 -- ${free}`],
    ['rename an archive (mv -n, of a name that is free)', ({ free }) => `mv -n -- ${free} ${free}`],
    ['change an archive’s mode (chmod, of a name that is free)', ({ free }) => `chmod 0600 -- ${free}`],
    ['read the first byte of the newest archive (head)', ({ newest }) => `head -c 1 -- ${newest}`],
    ['list the archives’ folder (ls)', ({ folder }) => `ls -la -- ${folder}`],
    ['ask what sudo would allow', () => 'sudo -n -l'],
    ['hide a command behind a word (hello; id)', () => 'hello; id'],
    ['hide a command behind a line end', () => 'hello\nid'],
    ['hide a command in a substitution', () => 'hello $(id)'],
  ];

export const shellAttempts: readonly Attempt[] = [
  shellCommand,
  {
    area: 'shell',
    what: 'open an interactive shell',
    run: async (ground) => judge(await ground.askShell(`${SUM}\nexit\n`), findShell),
  },
  {
    area: 'shell',
    what: 'be given a terminal',
    run: async (ground) => {
      const said = await ground.ask('hello', { wants: 'terminal' });
      return judge(said, () => (said.turnedDown === undefined && !said.isLost ? 'a terminal was given' : undefined));
    },
  },
  ...commands.map(([what, write]): Attempt => ({
    area: 'shell',
    what,
    async run(ground) {
      const { directory, free, newest } = ground.target;
      const path = (name: string): string => quote(`${directory}/${name}`);
      return judgeCommand(await ground.ask(write({ free: path(free), newest: path(newest), folder: path('') })));
    },
  })),
  {
    area: 'shell',
    what: 'run a command with a zero byte in it',
    isAlone: true,
    async run(ground) {
      const said = await ground.ask('hello\0; id');
      // sshd itself ends a connection that sends such a thing.
      return said.isLost ? conclude('refused', 'the server ended the connection') : judgeCommand(said);
    },
  },
  {
    area: 'shell',
    what: 'run a command of 100 kB',
    isAlone: true,
    async run(ground) {
      const said = await ground.ask(`hello ${'a'.repeat(100_000)}`);
      return said.isLost ? conclude('refused', 'the server ended the connection') : judgeCommand(said);
    },
  },
];

const variables: Record<string, { value: string; trace: RegExp }> = {
  LD_PRELOAD: { value: '/nonexistent/skills-vault-probe.so', trace: /skills-vault-probe/ },
  NODE_OPTIONS: { value: '--skills-vault-probe', trace: /skills-vault-probe/ },
  PATH: { value: '/nonexistent/skills-vault-probe', trace: /not found|no such file/i },
};

/** Each would leave a trace in the answer to a harmless question, if the server took it. */
export const environmentAttempts: readonly Attempt[] = Object.entries(variables).map(([name, { value, trace }]) => ({
  area: 'environment',
  what: `set ${name} for the vault’s program`,
  async run(ground) {
    const said = await ground.ask('hello', { environment: { [name]: value } });
    if (trace.test(said.stderr)) return conclude('succeeded', said.stderr);
    const isUnmoved = said.code === 0 && said.stdout.startsWith('{"result"');
    return isUnmoved
      ? conclude('refused', 'it is not taken over: the answer is the usual one')
      : judge(said, () => undefined);
  },
}));
