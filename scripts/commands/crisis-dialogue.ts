import { createInterface } from 'node:readline';
import { Failure, messageOf } from '../../src/logging/failure.ts';
import type { LostPart } from '../../src/operations/crisis/lost-part.ts';
import { nameScenario, type CrisisScenario } from '../../src/operations/crisis/scenario.ts';
import type { BaseContext } from './command.ts';

export interface CrisisAnswers {
  scenario: CrisisScenario;
  since?: Date;
  lost: LostPart[];
}

/** What was answered on the command line already, and how the answers are read. */
export interface CrisisQuestions {
  scenario?: CrisisScenario;
  since?: Date;
  lost?: LostPart[];
  readSince: (text: string) => Date;
  readLost: (text: string) => LostPart[];
}

/**
 * Asks the three questions, one after the other, until each has an answer that makes sense. The end of the input is none.
 * @throws Failure `refused`
 */
export async function askCrisis(context: BaseContext, questions: CrisisQuestions): Promise<CrisisAnswers> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr, signal: context.signal });
  // One reader for all questions: what is typed ahead is not lost.
  const lines = prompt[Symbol.asyncIterator]();
  const ask = async <T>(question: string, read: (text: string) => T): Promise<T> => {
    for (;;) {
      process.stderr.write(`\n${question} `);
      const typed = await lines.next();
      if (typed.done === true) throw refuseSilence();
      try {
        return read(typed.value.trim());
      } catch (error) {
        process.stderr.write(`   ${messageOf(error)}\n`);
      }
    }
  };
  try {
    const { readSince, readLost } = questions;
    const scenario = questions.scenario ?? nameScenario(await askSigns(ask));
    const since = questions.since ?? (await ask(sinceQuestion, (text) => (text === '' ? undefined : readSince(text))));
    const lost = scenario === 'a' ? (questions.lost ?? (await ask(lostQuestion, readLost))) : [];
    return { scenario, ...(since ? { since } : {}), lost };
  } finally {
    prompt.close();
  }
}

async function askSigns(ask: <T>(question: string, read: (text: string) => T) => Promise<T>) {
  const isServing = await ask(servingQuestion, readYesOrNo);
  return { isServing, isAttacked: await ask(attackQuestion, readYesOrNo) };
}

const servingQuestion = `1. Le serveur de production démarre-t-il, et peut-on s'y connecter ?
   (Does production start, and can one log in to it?)  o = oui, n = non :`;
const attackQuestion = `2. Y a-t-il des fichiers chiffrés, une demande de rançon, ou quelqu'un qui n'a rien à y faire ?
   Dans le doute : o. (Encrypted files, a ransom note, an intruder?)  o = oui, n = non :`;
const sinceQuestion = `3. Jusqu'à quand les données étaient-elles bonnes, à coup sûr ? AAAA-MM-JJ HH:MM, par exemple 2026-11-20 14:30 ;
   une date seule : à 0 h ce jour-là ; Entrée : on ne sait pas. (Until when were the data good?)`;
const lostQuestion = `   Qu'est-ce qui est perdu ? Un dossier (uploads/student_0042), une base (app), une table (app.public.portfolio) ;
   plusieurs : avec des virgules ; Entrée : tout, ou on ne sait pas. (What was lost?)`;

function readYesOrNo(text: string): boolean {
  const word = text.toLowerCase();
  if (['o', 'oui', 'y', 'yes'].includes(word)) return true;
  if (['n', 'non', 'no'].includes(word)) return false;
  throw new Error('Répondre o ou n, puis Entrée. (Type o for yes or n for no.)');
}

function refuseSilence(): Failure {
  return new Failure(
    'refused',
    'la question est restée sans réponse (the input ended before the question was answered)',
    'Recommencer, ou répondre sur la ligne : --scenario a|b|c --since "2026-11-20 14:30" --lost uploads/student_0042.',
  );
}
