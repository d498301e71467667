// node --import ./scripts/typescript.mjs PROGRAM.ts: runs TypeScript as it stands, on every Node that we support. For
// what developers run in a checkout; everything else is built.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
