import type { Damage } from './archive-damage.ts';
import type { IndexSurvey } from './index-survey.ts';
import { DUMP_FOLDER, KIT_FOLDER, TEXT_NAMES } from './layout.ts';
import type { Manifest } from './manifest.ts';

/** Compares what the manifest names with what the index holds: nothing more and nothing less. */
export function compareWithManifest(manifest: Manifest, survey: IndexSurvey): Damage[] {
  const damage: Damage[] = [];
  const declared = new Map<string, number>();
  for (const { dump, sizeBytes } of Object.values(manifest.databases)) declared.set(dump, sizeBytes);
  for (const [name, { sizeBytes }] of Object.entries(manifest.globals)) declared.set(name, sizeBytes);
  damage.push(...compareSizes(declared, survey.dumpSizes));
  if (manifest.kit) {
    const entries = Object.entries(manifest.kit.entries).map(([name, { sizeBytes }]) => [name, sizeBytes] as const);
    damage.push(...compareSizes(new Map(entries), survey.kitSizes));
  }
  for (const [source, { files, directories, links }] of Object.entries(manifest.files)) {
    if (files + directories + links > 0 && !survey.topNames.has(source)) {
      damage.push({ where: `${source}/`, what: 'the manifest names it, the archive does not hold it' });
    }
  }
  const allowed = new Set([...Object.keys(manifest.files), DUMP_FOLDER.slice(0, -1), ...TEXT_NAMES]);
  if (manifest.kit) allowed.add(KIT_FOLDER.slice(0, -1));
  for (const name of survey.topNames) {
    if (!allowed.has(name)) damage.push({ where: name, what: 'the manifest does not name it' });
  }
  return damage;
}

function compareSizes(declared: ReadonlyMap<string, number>, held: ReadonlyMap<string, number>): Damage[] {
  const damage: Damage[] = [];
  for (const [name, sizeBytes] of declared) {
    const size = held.get(name);
    if (size === undefined) damage.push({ where: name, what: 'the manifest names it, the archive does not hold it' });
    else if (size !== sizeBytes) damage.push({ where: name, what: `${size} bytes; the manifest says ${sizeBytes}` });
  }
  for (const name of held.keys()) {
    if (!declared.has(name)) damage.push({ where: name, what: 'the manifest does not name it' });
  }
  return damage;
}
