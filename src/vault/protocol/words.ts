import { Failure } from '../../logging/failure.ts';

/**
 * `writer` is production, `reader` a restore; `owner` is whoever holds the vault's own account: a vault that is not
 * provisioned, or a directory of this host.
 */
export type Role = 'writer' | 'reader' | 'owner';

interface WordRule {
  roles: readonly Role[];
  /** One pattern per argument. */
  takes: readonly RegExp[];
  /** Arguments that may be left out, from the end. */
  optional?: number;
}

/** Everything that words may consist of: no shell, no quoting, no escape anywhere. */
const ALPHABET = /^[A-Za-z0-9_.,:=@/+-]{1,512}$/;
/** Loose on purpose: whoever uses the name takes it apart and looks at the calendar. */
const NAME = /^backup_full_[0-9_-]{10,20}\.tar\.gz$/;
const LEVEL = /^(?:seal|full)$/;

/** All that can be asked of a vault. Nothing here deletes, overwrites, renames or dates anything. */
export const protocolWords = {
  hello: { roles: ['writer', 'reader', 'owner'], takes: [NAME], optional: 1 },
  status: { roles: ['writer', 'reader', 'owner'], takes: [] },
  index: { roles: ['writer', 'reader', 'owner'], takes: [NAME] },
  survey: { roles: ['reader', 'owner'], takes: [NAME] },
  verify: { roles: ['writer', 'reader', 'owner'], takes: [NAME, LEVEL] },
  seal: { roles: ['writer', 'owner'], takes: [NAME] },
  read: { roles: ['reader', 'owner'], takes: [NAME] },
} as const satisfies Record<string, WordRule>;

export type ProtocolWord = keyof typeof protocolWords;

/** A request that may be answered. */
export interface Request {
  word: ProtocolWord;
  arguments: readonly string[];
}

export const roles: readonly Role[] = ['writer', 'reader', 'owner'];

/**
 * Takes a request apart; `rsync` is not for here.
 * @throws Failure `refused` on any word, argument or role that the table does not have.
 */
export function parseRequest(words: readonly string[], role: Role): Request {
  const [word = '', ...rest] = words;
  if (!words.every(isWord) || !Object.hasOwn(protocolWords, word)) throw refuse('this vault knows no such request');
  const rule: WordRule = protocolWords[word as ProtocolWord];
  if (!rule.roles.includes(role)) throw refuse(`a ${role} may not ask this vault for ${word}`);
  const fewest = rule.takes.length - (rule.optional ?? 0);
  const fits = rest.length >= fewest && rest.length <= rule.takes.length;
  if (!fits || !rest.every((argument, at) => rule.takes[at]?.test(argument))) {
    throw refuse(`the request ${word} does not have the arguments that it should`);
  }
  return { word: word as ProtocolWord, arguments: rest };
}

/** Whether a text can stand on the command line as it is. */
export function isWord(text: string): boolean {
  return ALPHABET.test(text);
}

function refuse(message: string): Failure {
  return new Failure(
    'refused',
    message,
    'Use the key of the right role, and the toolkit of the same version on both sides.',
  );
}
