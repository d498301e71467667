/** Folders that every other service has: the name says what it is, and not whose. */
const generic =
  /^(addons|backups?|conf|configs?|configuration|content|custom|data|database|dumps?|etc|exports?|extensions|extra|files?|filestore|html|imports?|lib|logs?|media|modules|output|persist|plugins|private|public|scripts|secrets|settings|shared?|srv|state|static|storage|store|themes|var|volumes?|work|workspace|www)$/;
const form = /^(?!(?:db|kit)$)[a-z][a-z0-9-]{0,62}$/;

/** The first wish that continuity.yml accepts as a name and nobody has, else the first with a number; then taken. */
export function uniqueName(wishes: readonly string[], taken: Set<string>): string {
  const names = wishes.map(toName).filter((name) => form.test(name));
  const [first = 'source'] = names;
  let chosen = names.find((name) => !taken.has(name));
  for (let number = 2; chosen === undefined; number += 1) {
    const candidate = `${first.slice(0, 58)}-${number}`;
    if (!taken.has(candidate)) chosen = candidate;
  }
  taken.add(chosen);
  return chosen;
}

/** The name of a folder that does not say whose it is. */
export function isGenericName(text: string): boolean {
  return generic.test(toName(text));
}

function toName(text: string): string {
  const name = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
  if (name === 'kit') return 'kit-files';
  return name === 'db' ? 'database' : name;
}
