import { commands } from './commands/index.ts';
import { startProgram } from './start-program.ts';

await startProgram('continuity', 'Keeps the Skills Hub platform recoverable: back up, check, restore.', commands);
