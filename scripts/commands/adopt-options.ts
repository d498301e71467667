import type { CommandOption } from './command.ts';

/** Of both commands that take archives of the former script over, on the vault and where it is a folder of this machine. */
export const adoptOptions: CommandOption[] = [
  { flags: '--dry-run', description: 'show what would be taken over, and change nothing' },
  { flags: '--no-survey', description: 'leave reading them through to the first restore of each' },
];
