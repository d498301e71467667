import { CHUNK_BYTES } from '../../archive/layout.ts';

export { MAX_SEGMENT_BYTES, SEGMENT_NAME } from '../../archive/segment-lane.ts';

/** No extent is longer: a whole chunk that did not shrink, with its header, the framing of deflate and the filler. */
export const MAX_EXTENT_BYTES = CHUNK_BYTES + 1024 * 1024;

/** Extents of one archive: what reads it holds about a hundred bytes for each. */
export const MAX_ARCHIVE_EXTENTS = 4_000_000;

/** An index of ten million files with long names. */
export const MAX_INDEX_BYTES = 8 * 1024 ** 3;

/** Days that an archive's date may lie before or after the vault's. */
export const MAX_DAYS_OFF = 2;

/** The longest recipe that a vault takes, compressed: a first night of ten million files. */
export const MAX_RECIPE_BYTES = 4 * 1024 ** 3;
