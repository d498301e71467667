/**
 * What a file source hands to the archive: one name in the tree, with what is needed to store it and to know next
 * night whether it is still the same. Names are bytes, as the file system gave them.
 */
export interface SourceEntry {
  /** Name in the archive, `<source>/…`; a directory's ends in `/`. */
  readonly name: Buffer;
  readonly type: 'dir' | 'reg' | 'symlink' | 'hardlink';
  /** Permission bits, 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  /** Bytes of content; 0 for all but `reg`. */
  readonly size: number;
  /** A symlink's target as stored, or the archive name of the first of several hard links. */
  readonly linkName?: Buffer;
  /** The file has holes: a restore digs them again. */
  readonly sparse?: boolean;
  /** What would differ if the entry had been touched: inode, ctime and the like. */
  readonly identity: string;
  /** When a `reg` was last touched in any way (its ctime), in nanoseconds since 1970. */
  readonly touchedNs?: bigint;
  /** False where the last change is so recent that a second one could carry the same ctime. */
  readonly settled: boolean;
  /** Opens the content of a `reg` with a size; undefined where the file has vanished meanwhile. */
  open?(): Promise<EntryContent | undefined>;
}

/** The content of one file while it is read. */
export interface EntryContent {
  /** Size in bytes at opening: what the archive will hold. */
  readonly size: number;
  /** Fills `target` as far as the content goes; returns the bytes read, short only where the file has shrunk. */
  read(target: Buffer, position: number): Promise<number>;
  /** Closes, and says what happened to the file meanwhile; undefined where it stayed the same. */
  close(): Promise<string | undefined>;
}
