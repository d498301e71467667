/** What could not be looked at, why, and what to do about it; in French. */
export interface Unseen {
  what: 'configuration' | 'vault' | 'manifests' | 'archive' | 'holder';
  why: string;
  next: string;
}
