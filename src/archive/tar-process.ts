import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Failure } from '../logging/failure.ts';
import { confined } from './confine.ts';
import { COMMAND_ENVIRONMENT } from './file-touches.ts';

const MAX_COMPLAINT_BYTES = 16 * 1024;
const TAR_ARGUMENTS = [
  '--extract',
  '--file=-',
  '--numeric-owner',
  '--preserve-permissions',
  '--delay-directory-restore',
  '--no-acls',
  '--no-xattrs',
  '--no-selinux',
  // A file from before 1970 or from the future comes back as it was; any other warning counts as a failure.
  '--warning=no-timestamp',
];

/** One GNU tar that extracts what is written to it into one directory. */
export class TarProcess {
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #directory: FileHandle;
  readonly #ended: Promise<number | null>;
  #complaint = '';
  #isClosed = false;

  private constructor(child: ChildProcess & { stdin: Writable }, directory: FileHandle) {
    this.#child = child;
    this.#input = child.stdin;
    this.#directory = directory;
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve(code));
    });
    // Observed when the process is finished; until then a failure to start must not end ours.
    this.#ended.catch(() => undefined);
    this.#input.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.#complaint.length < MAX_COMPLAINT_BYTES) this.#complaint += text;
    });
  }

  /**
   * `directory` must be a path that the kernel takes. `asRoot`: owners are restored. `isConfined`: whatever others do in
   * the directory meanwhile, nothing outside of it is written to.
   */
  static async start(directory: Buffer, asRoot: boolean, isConfined = false): Promise<TarProcess> {
    const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const owner = asRoot ? '--same-owner' : '--no-same-owner';
    const command = ['tar', ...TAR_ARGUMENTS, owner];
    const [program = '', ...args] = isConfined ? confined(command) : command;
    const child = spawn(program, args, {
      // By descriptor: however long the path is, and whatever bytes it holds.
      cwd: `/proc/${process.pid}/fd/${handle.fd}`,
      env: COMMAND_ENVIRONMENT,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    return new TarProcess(child, handle);
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.#input.write(bytes)) return;
    await Promise.race([once(this.#input, 'drain'), this.#ended]).catch(() => undefined);
    if (!this.#input.destroyed) return;
    await this.finish();
    throw new Failure('failed', 'GNU tar ended before its input did.', 'Nothing live was changed; try again.');
  }

  /** Ends the tar and waits; throws a Failure where tar says anything at all. */
  async finish(): Promise<void> {
    this.#input.end(Buffer.alloc(1024));
    let code: number | null;
    try {
      code = await this.#ended;
    } catch (error) {
      throw new Failure('failed', 'GNU tar cannot be started.', 'Install the package tar.', { cause: error });
    } finally {
      await this.#close();
    }
    if (code === 0 && this.#complaint === '') return;
    const isFull = this.#complaint.includes('No space left on device');
    throw new Failure(
      isFull ? 'space' : 'failed',
      `GNU tar could not extract everything (exit ${code}): ${this.#complaint.trim()}`,
      isFull
        ? 'Make room on the disk that holds the staging directory.'
        : 'Nothing live was changed; see tar’s message.',
    );
  }

  /** Ends the process without caring for what it has done. */
  async abort(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended.catch(() => undefined);
    await this.#close();
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#directory.close();
  }
}
