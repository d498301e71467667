import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipStream } from '../../archive/gunzip-stream.ts';
import { decodeIndexMember } from '../../archive/index-member.ts';
import { Failure } from '../../logging/failure.ts';
import type { ByteRange, Greeting, Receipt, VaultClient, VaultStatus, Verdict } from '../vault-client.ts';
import { checkGreeting, checkReceipt, checkStatus, checkVerdict } from './check-reply.ts';
import type { Transport } from './transport.ts';

/** A session with a vault over any transport. What the vault says is checked for its form before it is passed on. */
export function openSession(transport: Transport): VaultClient {
  return new Session(transport);
}

class Session implements VaultClient {
  readonly label: string;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.label = transport.label;
    this.#transport = transport;
  }

  async hello(askedName?: string): Promise<Greeting> {
    const { result } = await this.#transport.call({
      words: askedName === undefined ? ['hello'] : ['hello', askedName],
    });
    return checkGreeting(result, askedName);
  }

  async readIndex(name: string): Promise<Readable> {
    const { result, body } = await this.#transport.call({ words: ['index', name] });
    const { index } = result as { index?: unknown };
    if (!body || typeof index !== 'string')
      throw new Failure('vault', `the vault sent no index of ${name}`, 'Try again.');
    return Readable.from(checkDigest(decodeIndexMember(body), index, name), { objectMode: false });
  }

  async readSurvey(name: string, progress?: (done: number, total: number) => void): Promise<Readable> {
    const { body } = await this.#transport.call({ words: ['survey', name], ...(progress ? { progress } : {}) });
    if (!body) throw new Failure('vault', `the vault sent no survey of ${name}`, 'Try again.');
    return Readable.from(gunzipStream(body, `the survey of ${name}`), { objectMode: false });
  }

  upload(files: readonly string[]): Promise<{ sentBytes: number }> {
    return this.#transport.upload(files);
  }

  expectUpload(): void {
    this.#transport.expectUpload();
  }

  async seal(name: string, recipePath: string, progress?: (done: number, total: number) => void): Promise<Receipt> {
    const body = readLazily(recipePath);
    const { result } = await this.#transport.call({ words: ['seal', name], body, ...(progress ? { progress } : {}) });
    return checkReceipt(result, name);
  }

  async status(): Promise<VaultStatus> {
    return checkStatus((await this.#transport.call({ words: ['status'] })).result);
  }

  async verify(
    name: string,
    level: 'seal' | 'full',
    progress?: (done: number, total: number) => void,
  ): Promise<Verdict> {
    const { result } = await this.#transport.call({
      words: ['verify', name, level],
      ...(progress ? { progress } : {}),
    });
    return checkVerdict(result, name, level);
  }

  async readRanges(name: string, ranges: readonly ByteRange[]): Promise<Readable> {
    const lines = function* (): Generator<Buffer> {
      for (let at = 0; at < ranges.length; at += LINES_AT_ONCE) {
        const some = ranges.slice(at, at + LINES_AT_ONCE);
        yield Buffer.from(some.map(({ offset, length }) => `${offset},${length}\n`).join(''));
      }
    };
    const wanted = ranges.reduce((sum, { length }) => sum + length, 0);
    const { body } = await this.#transport.call({ words: ['read', name], body: Readable.from(lines()) });
    if (!body && wanted > 0) throw new Failure('vault', `the vault sent nothing of ${name}`, 'Try again.');
    return body ?? Readable.from([], { objectMode: false });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

const LINES_AT_ONCE = 4096;

/** Opens the file when it is read first: a seal may be refused before that. */
async function* readLazily(path: string): AsyncGenerator<Buffer, void, undefined> {
  yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
}

/** @throws Failure `damaged` at the end of an index whose digest is not the archive's identity. */
async function* checkDigest(
  chunks: AsyncIterable<Buffer>,
  index: string,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === index) return;
  throw new Failure(
    'damaged',
    `the index of ${name} has another digest than the vault's ledger`,
    `Have it verified: verify ${name}.`,
  );
}
