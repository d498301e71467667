/** Where an application's repository keeps what `init` brings; relative to it. */
export const toolsFolder = 'tools/continuity';
/** The command line, as npm scripts and workflows run it. */
export const programPath = `${toolsFolder}/continuity/index.js`;
/** The vault's program: the command line looks for it in the folder beside its own, as in the toolkit. */
export const vaultProgramPath = `${toolsFolder}/vault/index.js`;
/** Which version wrote what. */
export const stampPath = `${toolsFolder}/installed.json`;
export const workflowsFolder = '.github/workflows';
