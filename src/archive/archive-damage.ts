import { Failure } from '../logging/failure.ts';

/** What is wrong with an archive and where: an entry, an extent, the index or the footer. */
export interface Damage {
  where: string;
  what: string;
}

/** Thrown by every check of the reading side: the archive is damaged, or was made to do harm. */
export class ArchiveDamage extends Failure {
  readonly where: string;
  readonly what: string;

  constructor(where: string, what: string, options?: ErrorOptions) {
    super('damaged', `${where}: ${what}`, 'Choose another archive, and have this one verified.', options);
    this.where = where;
    this.what = what;
  }
}
