import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');

interface Link {
  page: string;
  target: string;
  anchor: string | undefined;
}

async function listPages(): Promise<string[]> {
  const inside = await readdir(join(root, 'docs'));
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inside.map((name) => join('docs', name))];
  return pages.filter((name) => name.endsWith('.md')).map((name) => join(root, name));
}

/** Links into the repository, those in code left aside. */
async function listLinks(page: string): Promise<Link[]> {
  const text = (await readFile(page, 'utf8')).replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, address = '']) => {
    if (/^[a-z]+:/.test(address)) return [];
    const [path = '', anchor] = address.split('#');
    return [{ page, target: path === '' ? page : join(dirname(page), path), anchor }];
  });
}

/** Anchors of a page's headings, as GitHub makes them. */
async function listAnchors(page: string): Promise<string[]> {
  const text = (await readFile(page, 'utf8')).replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  it('links only to files and headings that are there', async () => {
    const links = (await Promise.all((await listPages()).map(listLinks))).flat();
    const broken: string[] = [];
    for (const { page, target, anchor } of links) {
      const isThere = existsSync(target) && (anchor === undefined || (await listAnchors(target)).includes(anchor));
      if (!isThere) broken.push(`${relative(root, page)}: ${relative(root, target)}${anchor ? `#${anchor}` : ''}`);
    }
    expect(links.length).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });
});
