/**
 * JSON that may reach a terminal: also what JSON lets stand in strings, DEL and the C1 controls that terminals obey, is
 * escaped. `indent`: spaces by level.
 */
export function toJsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return text.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
