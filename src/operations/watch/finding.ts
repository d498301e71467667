import { formatDuration } from '../../logging/quantity-text.ts';

/**
 * The same in both languages: operators read French, whoever comes to help may not. Markdown, and plain enough for a log:
 * names of others stand in code spans, where they can neither ping anybody nor change what stands around them.
 */
export interface Bilingual {
  french: string;
  english: string;
}

/** One thing that is wrong. */
export interface Finding {
  /** The same as long as the same failure stands; a new failure has a new one. Letters, digits and `:._%!~*'()-`. */
  key: string;
  what: Bilingual;
  /** What to do about it. */
  next: Bilingual;
  /** RFC 3339, where it can be known. */
  since?: string;
  /** Where to look. */
  url?: string;
}

/** A key of some words; names of the other side cannot end a marker. */
export function makeKey(...words: readonly (string | number)[]): string {
  return words.map((word) => encodeURIComponent(String(word))).join(':');
}

/** A duration in milliseconds as people read it, in French: `3 j 4 h`. */
export function formatDurationInFrench(milliseconds: number): string {
  return formatDuration(milliseconds).replace(' d ', ' j ');
}

/** A time as people read it: `2026-11-23 03:12 UTC`. */
export function formatTime(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
