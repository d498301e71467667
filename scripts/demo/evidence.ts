import type { PostgresCluster } from '../../test/fixtures/postgres-cluster.ts';
import { databaseNames } from './stage.ts';
import type { TreeProof } from './tree-proof.ts';

const PATH = /^students\/\d+\/evidence-\d\.pdf$/;

/** Lets the App's rows of evidence say what is in `uploads`: one row for each file, with its SHA-256; no other row. */
export async function registerEvidence(cluster: PostgresCluster, tree: TreeProof): Promise<void> {
  const files = [...tree].filter(([path]) => PATH.test(path));
  const values = files.map(([path, { sha256 }]) => `('${path}', '${sha256}')`).join(',\n');
  await cluster.query(
    databaseNames.app,
    `CREATE TEMPORARY TABLE found (path text PRIMARY KEY, digest text);
     INSERT INTO found VALUES ${values};
     DELETE FROM evidence WHERE file_path NOT IN (SELECT path FROM found);
     UPDATE evidence SET sha256 = digest FROM found WHERE file_path = path AND sha256 <> digest;
     INSERT INTO evidence (portfolio_id, file_path, sha256)
       SELECT 1000 + 10 * (split_part(path, '/', 2)::integer - 1), path, digest FROM found
       WHERE path NOT IN (SELECT file_path FROM evidence) ORDER BY path;`,
  );
}

/** Follows every row of evidence to its file; returns how many there are, and what leads nowhere. */
export async function followEvidence(
  cluster: PostgresCluster,
  tree: TreeProof,
): Promise<{ rows: number; broken: string[] }> {
  const rows = await cluster.query(databaseNames.app, 'SELECT file_path, sha256 FROM evidence ORDER BY id');
  const broken = rows.filter(([path = '', sha256]) => tree.get(path)?.sha256 !== sha256);
  return {
    rows: rows.length,
    broken: broken.map(([path = '']) => `evidence ${path}: its file is not the one that was handed in`),
  };
}
