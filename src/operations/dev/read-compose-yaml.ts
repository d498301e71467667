import { readFile } from 'node:fs/promises';
import { parseDocument, visit } from 'yaml';
import { Failure, messageOf } from '../../logging/failure.ts';

const MAXIMUM_BYTES = 1 << 20;

/**
 * Characters on which readers of YAML disagree: where one sees a comment, Compose sees a new line, with an `include` on it.
 * Control characters, a carriage return alone, the line ends of Unicode, the mark of an encoding.
 */
const ambiguous = /\r(?!\n)|[^\P{Cc}\t\r\n]|[\u2028\u2029\uFEFF]/u;
/** Compose's own two change nothing of the value; any other may, as !!binary does. */
const knownTags = ['!reset', '!override', 'tag:yaml.org,2002:str'];

/**
 * A compose file as it is written, with `<<` left as the key that it is. Whatever Compose might read otherwise than we do
 * is refused.
 * @throws Failure `config` where it is missing, no YAML, or not clear.
 */
export async function readComposeYaml(file: string): Promise<unknown> {
  try {
    const content = await readFile(file);
    if (content.length > MAXIMUM_BYTES) throw new Error(`it has more than ${MAXIMUM_BYTES} bytes`);
    return parseClearly(decode(content));
  } catch (error) {
    const reason = messageOf(error).split('\n', 1)[0] as string;
    throw new Failure('config', `${file} cannot be read: ${reason}`, 'Correct the compose file.', { cause: error });
  }
}

function decode(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw new Error('it is not UTF-8: save it in that encoding', { cause: error });
  }
}

function parseClearly(text: string): unknown {
  const at = text.search(ambiguous);
  if (at >= 0) {
    const code = (text.codePointAt(at) as number).toString(16).toUpperCase().padStart(4, '0');
    const line = text.slice(0, at).split('\n').length;
    throw new Error(`line ${line} has the character U+${code}, which not every program reads alike: take it out`);
  }
  // At `silent` it would keep quiet about a second document, which Compose reads as well.
  const document = parseDocument(text, { logLevel: 'error' });
  if (document.errors[0]) throw document.errors[0];
  if (document.directives.yaml.explicit === true) throw new Error('it names a version of YAML: take %YAML out');
  visit(document, {
    Node(_key, { tag }) {
      if (tag !== undefined && !knownTags.includes(tag)) throw new Error(`the tag ${tag} is not known to be harmless`);
    },
  });
  return document.toJS() as unknown;
}
