import { makeNoise } from '../demo/seeded.ts';

const words = [
  ...['le', 'la', 'les', 'un', 'une', 'des', 'du', 'au', 'aux', 'ce', 'cette', 'ces', 'son', 'sa', 'ses', 'leur'],
  ...['et', 'ou', 'mais', 'donc', 'car', 'que', 'qui', 'dont', 'où', 'à', 'de', 'en', 'dans', 'par', 'pour', 'sur'],
  ...['élève', 'projet', 'dépôt', 'jury', 'compétence', 'atelier', 'rapport', 'stage', 'tuteur', 'équipe', 'preuve'],
  ...['évaluer', 'rendre', 'déposer', 'valider', 'corriger', 'présenter', 'mesurer', 'construire', 'observer'],
  ...['clair', 'précis', 'complet', 'tardif', 'excellent', 'insuffisant', 'premier', 'dernier', 'commun', '\n'],
].map((word) => Buffer.from(`${word} `));

/** Text that compresses to about a third, and that nobody finds a second time; the same for the same seed. */
export function makeWords(seed: string, bytes: number): Buffer {
  const text = Buffer.alloc(bytes);
  // The shortest word has two bytes.
  const dice = makeNoise(seed, Math.ceil(bytes / 2));
  let at = 0;
  for (let roll = 0; at < bytes; roll += 1) {
    const word = words[(dice[roll] as number) % words.length] as Buffer;
    at += word.copy(text, at);
  }
  return text;
}
