// Makes src/archive/emergency-card.ts of docs/carte-urgence.md: the card is in every bundle, so that each archive holds it,
// and the vault can lay its own copy beside the archives.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const head = `/**
 * The emergency card: how to restore with scp, tar and psql alone. Written by \`npm run build -- card\` from
 * docs/carte-urgence.md; never edited here.
 */
`;

/** Writes the module below `root`, a checkout. */
export async function writeCard(root) {
  const text = await readFile(join(root, 'docs/carte-urgence.md'), 'utf8');
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  await writeFile(join(root, 'src/archive/emergency-card.ts'), `${head}export const CARD_TEXT = \`${escaped}\`;\n`);
  console.log('src/archive/emergency-card.ts');
}
