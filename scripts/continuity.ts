import { completeContext, configOption } from './commands/context.ts';
import { commands } from './commands/index.ts';
import { serveVault } from './commands/vault-serve.ts';
import { startProgram } from './start-program.ts';

const served = await serveVault(process.argv.slice(2));
if (served === undefined) {
  await startProgram({
    name: 'continuity',
    description: 'Keeps the Skills Hub platform recoverable: back up, check, restore.',
    definitions: commands,
    commonOptions: [configOption],
    completeContext,
  });
} else {
  process.exitCode = served;
}
