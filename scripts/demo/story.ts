import { formatDuration } from '../../src/logging/quantity-text.ts';
import { formatTable } from '../../src/report/table.ts';
import { wrapText } from './wrap-text.ts';

export interface StoryOptions {
  write: (text: string) => void;
  hasColor: boolean;
}

const LABEL_WIDTH = 12;
const TEXT_WIDTH = 84;
const MARGIN = '    ';
const colors = { bold: '1', dim: '2', red: '31', green: '32', heading: '1;36' } as const;

/** Tells what happens, so that a person can follow: numbered steps, each with its facts in two columns. */
export class Story {
  readonly #options: StoryOptions;
  /** The steps so far: title, what came of it, how long it took. */
  readonly steps: { title: string; outcome: string; tookMs: number }[] = [];
  #label = '';

  constructor(options: StoryOptions) {
    this.#options = options;
  }

  /** Runs one step, which ends in a few words for the summary: its heading first, then what it says, then its time. */
  async step(title: string, work: () => Promise<string>): Promise<void> {
    const begun = performance.now();
    this.#label = '';
    this.say('');
    this.say(`${this.#paint('heading', `${this.steps.length + 1}`.padStart(2))}  ${this.#paint('bold', title)}`);
    const outcome = await work();
    const tookMs = performance.now() - begun;
    this.steps.push({ title, outcome, tookMs });
    this.say(`${MARGIN}${this.#paint('dim', `${'took'.padEnd(LABEL_WIDTH)}${formatDuration(tookMs)}`)}`);
  }

  /** A line without a number: how the story begins and ends. */
  say(text: string): void {
    this.#options.write(`${text}\n`);
  }

  title(text: string): void {
    this.say(this.#paint('bold', text));
  }

  /** The command that an operator would type for what happens now. */
  command(text: string): void {
    this.#label = '';
    this.say(`${MARGIN}${this.#paint('dim', `$ npm run -s continuity -- ${text}`)}`);
  }

  /** A fact; the same label is not said twice in a row. */
  fact(label: string, text: string): void {
    for (const line of wrapText(text, TEXT_WIDTH)) this.#pair(label, line);
  }

  /** A fact that was checked, and holds. */
  proof(label: string, text: string): void {
    wrapText(text, TEXT_WIDTH - 4).forEach((line, index) => {
      this.#pair(label, `${index === 0 ? this.#paint('green', 'ok') : '  '}  ${line}`);
    });
  }

  /** Something bad that was meant to happen. */
  harm(label: string, text: string): void {
    for (const line of wrapText(text, TEXT_WIDTH)) this.#pair(label, this.#paint('red', line));
  }

  /** Beside the story: true, and of no consequence here. */
  note(text: string): void {
    for (const line of wrapText(text, TEXT_WIDTH)) this.#pair('note', this.#paint('dim', line));
  }

  /** Rows under a head, numbers to the right. */
  table(rows: readonly (readonly string[])[], right: readonly number[]): void {
    const [head = '', ...lines] = formatTable(rows, right).split('\n');
    this.say(`${MARGIN}${this.#paint('dim', head)}`);
    for (const line of lines) this.say(`${MARGIN}${line}`);
  }

  #pair(label: string, text: string): void {
    const shown = label === this.#label ? '' : label;
    this.#label = label;
    this.say(`${MARGIN}${shown.padEnd(LABEL_WIDTH)}${text}`);
  }

  #paint(color: keyof typeof colors, text: string): string {
    return this.#options.hasColor ? `\u001b[${colors[color]}m${text}\u001b[0m` : text;
  }
}
