import { z } from 'zod';
import { alertsSchema } from '../../config/alerts.ts';
import { account, duration, mapping, size, text, timezone } from '../../config/fields.ts';
import { servingDefaults } from './defaults.ts';

const { budgets } = servingDefaults;

const absolutePath = text('an absolute path', /^\/[^\0]*$/);
const count = (expected: string, least = 1) =>
  z.int({ error: `expected ${expected}` }).min(least, `expected ${expected}`);

/** The form of `/etc/skills-vault.yml`; the defaults are those of the operators' manual. */
export const settingsSchema = mapping({
  directory: absolutePath.default(servingDefaults.directory).describe('Where the archives lie.'),
  accounts: mapping({
    writer: account.default(servingDefaults.accounts.writer).describe('What production logs in as.'),
    reader: account.default(servingDefaults.accounts.reader).describe('What a restore logs in as.'),
    keeper: account
      .default(servingDefaults.accounts.keeper)
      .describe('Owns archives, receipts and ledger; nobody logs in as it.'),
    operators: account
      .default(servingDefaults.accounts.operators)
      .describe('Group whose members may read archives here.'),
  }).prefault({}),
  retention: mapping({
    days: count('a number of days').default(1825).describe('Older archives are pruned.'),
    'keep-newest': count('a number of archives').default(30).describe('So many stay whatever their age.'),
    'days-per-run': count('a number of days').default(7).describe("A run prunes at most so many days' worth."),
  }).prefault({}),
  budgets: mapping({
    incoming: size.default(budgets.incoming).describe('What may lie in .incoming.'),
    'incoming-files': count('a number of files').default(budgets['incoming-files']),
    reserve: size.default(budgets.reserve).describe('Free space that is never touched.'),
    'seals-per-day': count('a number of seals').default(budgets['seals-per-day']),
    'new-bytes-per-day': size.default(budgets['new-bytes-per-day']),
  }).prefault({}),
  scrub: mapping({
    'within-days': count('a number of days').default(30).describe('Every byte is read again within so many days.'),
  }).prefault({}),
  freshness: mapping({
    'maximum-age': duration.default('26h').describe('Age of the newest archive from which there is an alarm.'),
  }).prefault({}),
  sweep: mapping({ after: duration.default('7d').describe('Segments unused for so long are removed.') }).prefault({}),
  timezone: timezone.default(servingDefaults.timezone).describe('For times in messages.'),
  alerts: alertsSchema.optional().describe('Who is told, and how.'),
  log: absolutePath.default(servingDefaults.log),
});
