import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';

/** What is to be the same again about one entry of a tree. */
export interface EntryProof {
  type: 'file' | 'folder' | 'symlink';
  mode: string;
  owner: string;
  /** Nanoseconds since 1970. */
  time: string;
  bytes?: number;
  sha256?: string;
  /** Of a symbolic link. */
  target?: string;
  /** The first of the names that lead to this very file. */
  sameFileAs?: string;
  sparse?: boolean;
}

/** Keyed by path relative to the root, each byte a character; the root itself is the empty name. */
export type TreeProof = Map<string, EntryProof>;

const BLOCK_BYTES = 512n;

/** Reads a whole tree: names, contents, modes, owners, times, links. Leaves out the root's children that `skips` names. */
export async function proveTree(root: string, skips: (name: string) => boolean = () => false): Promise<TreeProof> {
  const proof: TreeProof = new Map();
  const names = new Map<string, string>();
  const visit = async (path: Buffer, name: string): Promise<void> => {
    const facts = await lstat(path, { bigint: true });
    const entry: EntryProof = {
      type: facts.isDirectory() ? 'folder' : facts.isSymbolicLink() ? 'symlink' : 'file',
      mode: (facts.mode & 0o7777n).toString(8).padStart(4, '0'),
      owner: `${facts.uid}:${facts.gid}`,
      time: facts.mtimeNs.toString(),
    };
    proof.set(name, entry);
    if (facts.isSymbolicLink()) entry.target = (await readlink(path, 'buffer')).toString('latin1');
    else if (facts.isDirectory()) {
      const children = (await readdir(path, { encoding: 'buffer' })).sort((a, b) => a.compare(b));
      for (const child of children) {
        const childName = child.toString('latin1');
        if (name === '' && skips(childName)) continue;
        await visit(Buffer.concat([path, SLASH, child]), `${name}${name ? '/' : ''}${childName}`);
      }
    } else {
      entry.bytes = Number(facts.size);
      entry.sha256 = await digestFile(path);
      entry.sparse = facts.blocks * BLOCK_BYTES < facts.size / 2n;
      const identity = `${facts.dev}:${facts.ino}`;
      if (facts.nlink > 1n) entry.sameFileAs = names.get(identity) ?? name;
      if (!names.has(identity)) names.set(identity, name);
    }
  };
  await visit(Buffer.from(root), '');
  return proof;
}

const SLASH = Buffer.from('/');

/** How many files there are, each counted once however many names it has; and their content in bytes. */
export function countFiles(tree: TreeProof): { files: number; bytes: number } {
  const single = [...tree].filter(([name, { type, sameFileAs = name }]) => type === 'file' && sameFileAs === name);
  return { files: single.length, bytes: single.reduce((sum, [, { bytes = 0 }]) => sum + bytes, 0) };
}

async function digestFile(path: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}
