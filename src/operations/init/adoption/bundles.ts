import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../../../logging/failure.ts';
import { toolsFolder } from './installed-paths.ts';

export interface BundleFiles {
  /** Relative to the application's repository. */
  readonly folder: string;
  readonly files: readonly { readonly path: string; readonly content: Buffer }[];
}

/** The bundles that an application keeps, so that a clone of it works with Node alone. `source` holds one folder each. */
export async function readBundles(source: string): Promise<BundleFiles[]> {
  return Promise.all(
    ['continuity', 'vault'].map(async (name) => {
      const folder = `${toolsFolder}/${name}`;
      const files = await Promise.all(
        ['index.js', 'package.json'].map(async (file) => ({
          path: `${folder}/${file}`,
          content: await readBundle(join(source, name, file)),
        })),
      );
      return { folder, files };
    }),
  );
}

async function readBundle(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const message = `the bundle ${path} cannot be read: ${messageOf(error)}`;
    throw new Failure('failed', message, 'Use a whole clone of the toolkit; npm run build makes bundles.', {
      cause: error,
    });
  }
}
