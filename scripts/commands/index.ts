import { adoptCommand } from './adopt.ts';
import { backupCommand } from './backup.ts';
import type { CommandDefinition } from './command.ts';
import { crisisCommand } from './crisis.ts';
import { devDeployCommand } from './dev-deploy.ts';
import { devLogsCommand } from './dev-logs.ts';
import { devStartCommand } from './dev-start.ts';
import { devStatusCommand } from './dev-status.ts';
import { devStopCommand } from './dev-stop.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { fetchCommand } from './fetch.ts';
import { findCommand } from './find.ts';
import { forgetCommand } from './forget.ts';
import { initCommand } from './init.ts';
import { kitCommand } from './kit.ts';
import { listCommand } from './list.ts';
import { lsCommand } from './ls.ts';
import { recoverCommand } from './recover.ts';
import { restoreCommand } from './restore.ts';
import { statusCommand } from './status.ts';
import { undoCommand } from './undo.ts';
import { vaultServeCommand } from './vault-serve.ts';
import { verifyCommand } from './verify.ts';

/** Every command of `continuity`, in the order of its help. */
export const commands: readonly CommandDefinition[] = [
  backupCommand,
  statusCommand,
  listCommand,
  lsCommand,
  diffCommand,
  findCommand,
  verifyCommand,
  restoreCommand,
  crisisCommand,
  recoverCommand,
  undoCommand,
  forgetCommand,
  fetchCommand,
  kitCommand,
  adoptCommand,
  doctorCommand,
  initCommand,
  devStartCommand,
  devStopCommand,
  devStatusCommand,
  devLogsCommand,
  devDeployCommand,
  vaultServeCommand,
];
