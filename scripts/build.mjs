// Builds what is generated and committed: one file per entry (scripts/dist/<name>/index.js, actions/<name>/dist/index.js,
// and post.js beside it where action.yml has a post step) that runs with Node alone, continuity.schema.json for editors,
// the README's tables of the actions, and the emergency card as a module. `npm run build` builds all, `npm run build --
// continuity actions/backup` what is named.
// TypeScript is compiled first, file by file: ncc knows nothing of imports that end in .ts. The same sources give the
// same bytes on every machine, and `npm run check:dist` sees to it that what is committed is what is built.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ncc from '@vercel/ncc';
import ts from 'typescript';
import { writeActionTables } from './action-tables.mjs';
import { writeCard } from './write-card.mjs';

const root = join(import.meta.dirname, '..');
/** From the name of an entry to where its source lies and its bundle goes. */
const entries = {
  ...Object.fromEntries(
    ['continuity', 'vault', 'vault-upkeep', 'demo'].map((name) => [
      name,
      { source: `scripts/${name}`, target: `scripts/dist/${name}` },
    ]),
  ),
  ...Object.fromEntries(
    (await readdir(join(root, 'actions')))
      .filter((name) => existsSync(join(root, 'actions', name, 'action.yml')))
      .map((name) => [
        `actions/${name}`,
        { source: `actions/${name}/index`, target: `actions/${name}/dist`, post: findPostStep(name) },
      ]),
  ),
};
const known = ['card', 'schema', 'readme', ...Object.keys(entries)];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;

// Inside the repository, so that imports find node_modules; always by this name, since webpack numbers modules by path.
const scratch = join(root, '.build');
await takeScratch();
try {
  // A source of all that follows.
  if (wanted.includes('card')) await writeCard(root);
  for (const folder of ['src', 'scripts', 'actions', 'test/fixtures']) await compileFolder(folder);
  await writeFile(join(scratch, 'package.json'), '{"type":"module"}\n');
  for (const name of wanted) {
    if (name === 'card') continue;
    if (name === 'schema') await writeSchema();
    else if (name === 'readme') await writeActionTables(root);
    else if (name in entries) await bundle(name, entries[name]);
    else throw new Error(`nothing to build is called ${name}: expected one of ${known.join(', ')}`);
  }
} finally {
  await rm(scratch, { recursive: true });
}

/** Of an action that has no post step of its own it is everybody's. */
function findPostStep(name) {
  return existsSync(join(root, 'actions', name, 'post.ts')) ? `actions/${name}/post` : 'actions/frame/post';
}

/** One build at a time: a second one waits, and takes over what a killed one left. */
async function takeScratch() {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    try {
      return await mkdir(scratch);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  await rm(scratch, { recursive: true });
  return mkdir(scratch);
}

/** Takes the types away; whether they are right is said by `npm run typecheck`. */
async function compileFolder(folder) {
  if (!existsSync(join(root, folder))) return;
  const names = await readdir(join(root, folder), { recursive: true });
  for (const name of names.filter((each) => each.endsWith('.ts'))) {
    const target = join(scratch, folder, name.replace(/\.ts$/, '.js'));
    const { outputText } = ts.transpileModule(await readFile(join(root, folder, name), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
    });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
}

async function bundle(name, { source, target: folder, post }) {
  const target = join(root, folder);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), '{"type":"module"}\n');
  await bundleFile(name, source, join(target, 'index.js'));
  if (post && (await hasPostStep(name))) await bundleFile(name, post, join(target, 'post.js'));
}

async function hasPostStep(action) {
  return /^ +post: dist\/post\.js$/m.test(await readFile(join(root, action, 'action.yml'), 'utf8'));
}

async function bundleFile(name, source, target) {
  const entry = join(scratch, `${source}.js`);
  const { code, assets } = await ncc(entry, { cache: false, minify: false, sourceMap: false, quiet: true });
  // What ncc did not find becomes an error at run time only: better one now. ssh2 tries its add-ons and does without.
  const missing = [...code.matchAll(/eval\("require"\)\("([^"]+)"\)/g)].map(([, request]) => request);
  const unexpected = missing.filter((request) => !/(sshcrypto|cpufeatures)\.node$|^cpu-features$/.test(request));
  if (unexpected.length > 0) throw new Error(`${name}: cannot find ${unexpected.join(', ')}`);
  await writeFile(target, code);
  const extra = Object.keys(assets).filter((asset) => !['package.json', 'pagent.exe'].includes(asset.split('/').pop()));
  if (extra.length > 0) throw new Error(`${name}: the bundle would need further files: ${extra.join(', ')}`);
  console.log(`${relative(root, target)}  ${(code.length / 1024).toFixed(0)} KiB`);
}

async function writeSchema() {
  const { configSchema } = await import(pathToFileURL(join(scratch, 'src/config/schema.js')).href);
  const { z } = await import('zod');
  const schema = { title: 'continuity.yml', ...z.toJSONSchema(configSchema, { io: 'input' }) };
  await writeFile(join(root, 'continuity.schema.json'), `${JSON.stringify(schema, undefined, 2)}\n`);
  console.log('continuity.schema.json');
}
