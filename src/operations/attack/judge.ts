import { printable } from '../../logging/printable.ts';
import type { Judgement } from './attempt.ts';
import type { Said } from './said.ts';

const EVIDENCE_CHARACTERS = 160;

/** What an answer of the vault's protocol consists of, as far as it matters here. */
interface Answer {
  result?: unknown;
  error?: { kind?: unknown; message?: unknown };
}

/** The last line of JSON on standard output, where it is an answer of a vault. */
export function readAnswer({ stdout }: Pick<Said, 'stdout'>): Answer | undefined {
  const line = stdout.split('\n').find((each) => /^\{"(?:result|error)"/.test(each));
  if (line === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(line, 'latin1').toString()) as Answer;
  } catch {
    return undefined;
  }
}

/** What the vault says where it lets something be: in its answer, or, of rsync, on standard error. */
function readRefusal(said: Said): string | undefined {
  const { error } = readAnswer(said) ?? {};
  if (error?.kind === 'refused') return String(error.message);
  const [, words] = /^skills-vault: refused or failed: (?:[a-z]+: ".*": )?(.+)$/m.exec(said.stderr) ?? [];
  return error === undefined && said.code !== 0 ? words : undefined;
}

/**
 * Judges what the vault said: `isThrough` names what shows that the attempt got through, and comes first; then a refusal
 * in so many words counts, and nothing else.
 */
export function judge(said: Said, isThrough: (said: Said) => string | undefined): Judgement {
  const through = isThrough(said);
  if (through !== undefined) return conclude('succeeded', through);
  const refusal = said.turnedDown ?? readRefusal(said);
  if (refusal !== undefined) return conclude('refused', refusal);
  if (said.isLost) return conclude('inconclusive', 'the connection was lost');
  return conclude('inconclusive', describeSaid(said));
}

/** For whatever runs a program of the attacker's choice: any answer that is not the vault's own comes from there. */
export function judgeCommand(said: Said): Judgement {
  return judge(said, (all) => {
    const isVault = readAnswer(all) !== undefined || readRefusal(all) !== undefined;
    if (isVault || all.turnedDown !== undefined || all.isLost) return undefined;
    return `it ran: ${describeSaid(all)}`;
  });
}

/** A verdict with its evidence: one line, shortened where it is long. */
export function conclude(verdict: Judgement['verdict'], text: string): Judgement {
  const line = printable(text);
  const isLong = line.length > EVIDENCE_CHARACTERS;
  return { verdict, evidence: isLong ? `${line.slice(0, EVIDENCE_CHARACTERS - 1)}…` : line };
}

/** What was said, for a line of evidence: output, else errors, with the exit code. */
export function describeSaid({ stdout, stderr, code }: Said): string {
  const text = [stdout, stderr].map((each) => printable(each)).find((each) => each !== '') ?? 'nothing was said';
  return `${text.slice(0, 100)} (code ${String(code)})`;
}
