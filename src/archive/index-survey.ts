import type { IndexReader } from './index-reader.ts';
import { DUMP_FOLDER, KIT_FOLDER, MANIFEST_NAME } from './layout.ts';
import { parseTocLine } from './toc-line.ts';

/** What an index says as a whole, from one pass over it. */
export interface IndexSurvey {
  /** First components of all names. */
  topNames: Set<string>;
  /** Content of the entries in `db/`, by name. */
  dumpSizes: Map<string, number>;
  /** The same of the entries in `kit/`. */
  kitSizes: Map<string, number>;
  entries: number;
  contentBytes: number;
  extents: number;
  /** Where the extents end. */
  endOffset: number;
  /** Ordinals of the extents that hold the manifest. */
  manifestExtents: number[];
}

/** Reads an index to its end; throws a TypeError or SyntaxError where it is none. */
export async function surveyIndex(index: IndexReader): Promise<IndexSurvey> {
  const { count: extents, endOffset } = index.extents;
  const survey: IndexSurvey = {
    topNames: new Set(),
    dumpSizes: new Map(),
    kitSizes: new Map(),
    entries: 0,
    contentBytes: 0,
    extents,
    endOffset,
    manifestExtents: [],
  };
  let ordinal = 0;
  let isManifest = false;
  for await (const { lines } of index.entries()) {
    let holdsManifest = isManifest && lines.length === 0;
    for (const line of lines.map(parseTocLine)) {
      if (line.type !== 'chunk') {
        const name = line.name.toString('utf8');
        isManifest = name === MANIFEST_NAME;
        survey.entries++;
        survey.contentBytes += line.size ?? 0;
        survey.topNames.add(name.split('/', 1)[0] ?? '');
        if (name.startsWith(DUMP_FOLDER) && line.type !== 'dir') survey.dumpSizes.set(name, line.size ?? 0);
        if (name.startsWith(KIT_FOLDER)) survey.kitSizes.set(name, line.size ?? 0);
      }
      holdsManifest ||= isManifest;
    }
    if (holdsManifest) survey.manifestExtents.push(ordinal);
    ordinal++;
  }
  return survey;
}
