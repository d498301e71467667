import { listSecretForms } from './secret-forms.ts';

/** Takes secrets out of everything that an action writes, whether or not the runner masks it as well. */
export class Redactor {
  readonly #register: (form: string) => void;
  readonly #forms = new Set<string>();
  #pattern: RegExp | undefined;

  /** `register` is told of each form once: the runner masks it in the log, also where others write it. */
  constructor(register: (form: string) => void) {
    this.#register = register;
  }

  add(secret: string): void {
    for (const form of listSecretForms(secret)) {
      if (this.#forms.has(form)) continue;
      this.#forms.add(form);
      this.#pattern = undefined;
      this.#register(form);
    }
  }

  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    // The longest first: a secret may begin with another one.
    this.#pattern ??= new RegExp(
      [...this.#forms]
        .sort((a, b) => b.length - a.length)
        .map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, '***');
  }
}
