import type { SurveyedDump, SurveyHead } from '../../archive/foreign-survey.ts';
import { MAX_SURVEY_BYTES } from '../../archive/foreign-survey.ts';
import { readLines } from '../../archive/line-reader.ts';
import { parseTocLine, type TocLine } from '../../archive/toc-line.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { isRecord } from '../../system/is-record.ts';

/** Fingerprints of half a million tables. */
const MAX_LINE_BYTES = 128 * 1024 * 1024;

/** What a survey says before its lines. */
export interface SurveyAbout {
  head: SurveyHead;
  dumps: SurveyedDump[];
}

/**
 * Reads a survey as the vault sends it; `see` is given each entry's line.
 * @throws Failure `vault` where it is none, or that of another archive.
 */
export async function readSurvey(
  chunks: AsyncIterable<Uint8Array>,
  { name, sha256 }: { name: string; sha256: string },
  see: (text: string, line: TocLine) => Promise<void>,
): Promise<SurveyAbout> {
  let head: SurveyHead | undefined;
  const dumps: SurveyedDump[] = [];
  try {
    for await (const texts of readLines(limit(chunks), MAX_LINE_BYTES)) {
      for (const text of texts) {
        if (!head) head = parseHead(text);
        else if (dumps.length < head.dumps) dumps.push(JSON.parse(text) as SurveyedDump);
        else await see(text, parseTocLine(text));
      }
    }
  } catch (error) {
    if (error instanceof Failure || !(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw refuse(name, messageOf(error));
  }
  if (!head || dumps.length < head.dumps) throw refuse(name, 'it is cut off');
  if (head.name !== name || head.sha256 !== sha256) throw refuse(name, `it is that of ${JSON.stringify(head.name)}`);
  return { head, dumps };
}

async function* limit(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_SURVEY_BYTES) throw new TypeError('it has no end');
    yield chunk;
  }
}

function parseHead(text: string): SurveyHead {
  const raw: unknown = JSON.parse(text);
  const isHead =
    isRecord(raw) &&
    typeof raw['name'] === 'string' &&
    typeof raw['sha256'] === 'string' &&
    ['sizeBytes', 'entries', 'contentBytes', 'dumps'].every((key) => Number.isSafeInteger(raw[key])) &&
    isRecord(raw['leftOut']);
  if (!isHead) throw new TypeError('its first line is none');
  if (raw['format'] !== 3) throw new TypeError(`its format is ${JSON.stringify(raw['format'])}, and 3 is read here`);
  return raw as unknown as SurveyHead;
}

function refuse(name: string, what: string): Failure {
  return new Failure(
    'vault',
    `what the vault says of ${name} cannot be read: ${what}`,
    'Use the toolkit of the same version on both sides, then try again.',
  );
}
