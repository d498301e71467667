import { Failure } from '../../logging/failure.ts';
import type { Greeting, Receipt, VaultStatus, Verdict } from '../vault-client.ts';

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isSize: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isDigest: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isRecord: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const has = (checks: Record<string, Check>): Check => {
  return (value) => isRecord(value) && Object.entries(checks).every(([key, check]) => check((value as Fields)[key]));
};
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const isReceipt = has({
  name: isText,
  index: isDigest,
  sizeBytes: isSize,
  newBytes: isSize,
  sealed: isText,
  ledger: isDigest,
  already: isFlag,
});

const isGreeting = has({
  role: isText,
  isProvisioned: isFlag,
  clock: isText,
  newest: optional(
    has({ name: isText, index: isDigest, sealed: isText, sizeBytes: isSize, barred: optional(listOf(isDigest)) }),
  ),
  asked: optional(isReceipt),
  incoming: (value) => isRecord(value) && Object.values(value as Fields).every(isSize),
  sharesExtents: isFlag,
  freeBytes: isSize,
  freeFiles: optional(isSize),
  warnings: isTexts,
  conditions: optional(isTexts),
});

const isStatus = has({
  clock: isText,
  archives: listOf(has({ name: isText, isForeign: isFlag, sizeBytes: isSize, newBytes: isSize, sealed: isText })),
  freeBytes: isSize,
  totalBytes: isSize,
  sharesExtents: isFlag,
  ledger: has({ lines: isSize, isIntact: isFlag }),
  isProvisioned: isFlag,
  warnings: isTexts,
  upkeep: optional(listOf(has({ verb: isText, time: isText, isFine: isFlag, summary: isText, faults: isTexts }))),
});

const isVerdict = has({
  name: isText,
  index: isText,
  isForeign: optional(isFlag),
  level: isText,
  isSound: isFlag,
  isAsAdopted: optional(isFlag),
  isDumpsOnly: optional(isFlag),
  cutElsewhere: optional(has({ count: isSize, first: isText })),
  damage: listOf(has({ where: isText, what: isText })),
  checked: has({ extents: isSize, entries: isSize, bytes: isSize, databases: isTexts, tables: isSize }),
  time: isText,
});

/** @throws Failure `vault` where it is no greeting, or speaks another protocol. */
export function checkGreeting(raw: unknown, askedName?: string): Greeting {
  const { protocol } = (isRecord(raw) ? raw : {}) as Fields;
  if (protocol !== 1) throw misfit(`a greeting in protocol ${JSON.stringify(protocol)}, where 1 is spoken here`);
  const greeting = requireShape(raw, isGreeting, 'greeting') as Greeting;
  if (greeting.asked && greeting.asked.name !== askedName) throw misfit('the receipt of another archive');
  return greeting;
}

/** @throws Failure `vault` where it is no receipt, or that of another archive. */
export function checkReceipt(raw: unknown, name: string): Receipt {
  const receipt = requireShape(raw, isReceipt, 'receipt') as Receipt;
  if (receipt.name !== name) throw misfit('the receipt of another archive');
  return receipt;
}

export function checkStatus(raw: unknown): VaultStatus {
  return requireShape(raw, isStatus, 'status') as VaultStatus;
}

/** @throws Failure `vault` where it is no verdict, or one on something else than was asked for. */
export function checkVerdict(raw: unknown, name: string, level: Verdict['level']): Verdict {
  const verdict = requireShape(raw, isVerdict, 'verdict') as Verdict;
  if (verdict.name !== name || verdict.level !== level) throw misfit(`a verdict on ${verdict.name} (${verdict.level})`);
  if (verdict.isForeign ? verdict.index !== '' : !isDigest(verdict.index)) throw misfit('a verdict that is none');
  if (verdict.isSound !== (verdict.damage.length === 0)) throw misfit('a verdict that contradicts itself');
  return verdict;
}

function requireShape(raw: unknown, check: Check, what: string): unknown {
  if (check(raw)) return raw;
  throw misfit(`a ${what} that is none`);
}

function misfit(what: string): Failure {
  return new Failure(
    'vault',
    `the backup server answered with ${what}`,
    'Use the toolkit of the same version on both sides.',
  );
}
