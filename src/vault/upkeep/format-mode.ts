/** Permissions as chmod takes them: `0440`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
