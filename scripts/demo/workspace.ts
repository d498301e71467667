import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { killDescendants } from '../../test/fixtures/processes.ts';

/** What has been started, ended with the workspace. */
export interface Startable {
  stop(): Promise<void>;
}

export interface WorkspaceOptions {
  /** Beginning of the directory's name. */
  prefix: string;
  /** The folder to make it in, if not the one for temporary files. */
  parent?: string | undefined;
}

/** A temporary directory that holds all there is of the demo or the bench, and everything that was started in it. */
export class Workspace {
  readonly path: string;
  readonly #running: Promise<Startable>[] = [];

  constructor({ prefix, parent }: WorkspaceOptions) {
    this.path = mkdtempSync(join(parent ?? chooseParent(), prefix));
    // PostgreSQL refuses to run as root: its user has to get through.
    chmodSync(this.path, 0o711);
  }

  /** Waits for something that is being started, and ends it with the workspace, even if it comes up too late. */
  async start<T extends Startable>(pending: Promise<T>): Promise<T> {
    this.#running.push(pending);
    return await pending;
  }

  /** Ends all that was started and removes every file. Whatever fails, the rest is still done. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ends all that was started, and leaves the files. */
  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.#running);
    const running = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    await Promise.allSettled(running.map((each) => each.stop()));
    killDescendants(process.pid);
  }
}

/** The folder for temporary files, unless it is closed to the user that root's PostgreSQL runs as. */
function chooseParent(): string {
  const usual = tmpdir();
  return process.getuid?.() !== 0 || isOpenToAll(usual) ? usual : '/tmp';
}

function isOpenToAll(folder: string): boolean {
  const isPassable = (statSync(folder).mode & 0o001) !== 0;
  return isPassable && (dirname(folder) === folder || isOpenToAll(dirname(folder)));
}
