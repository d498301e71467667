import { silent, type Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';

/** Says warnings and errors in lines that whoever sits at the other end of an SSH session recognises as the vault's. */
export function logTo(complain: (line: string) => void): Logger {
  // Messages may quote what a client sent: a recipe, a name.
  const line = (level: string) => (message: string) => complain(`skills-vault: ${level}: ${printable(message)}`);
  return { ...silent, warning: line('warning'), error: line('refused or failed') };
}
