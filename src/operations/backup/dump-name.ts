/** Names on a server may hold anything; in a file's name what could mislead is written as %XX. */
export function fileNameOf(database: string): string {
  return database.replace(/[^A-Za-z0-9_-]/gu, (character) => encodeURIComponent(character).replace(/^[^%]$/, hexOf));
}

function hexOf(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
