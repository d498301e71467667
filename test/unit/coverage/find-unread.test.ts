import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUnread } from '../../../src/operations/coverage/find-unread.ts';
import type { ComposeProject } from '../../../src/sources/compose/project.ts';
import type { ProjectState } from '../../../src/sources/compose/project-state.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'continuity-unread-'));
  for (const name of ['docker-compose.yml', 'more.yml']) writeFileSync(join(root, name), '');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const stateOf = (...lists: readonly string[][]): ProjectState => ({
  containers: lists.map((composeFiles) => ({
    service: 'app',
    name: 'hub-app-1',
    image: 'x',
    imageId: 'sha256:x',
    composeVersion: '2.26.1',
    composeFiles,
    mounts: [],
  })),
  volumes: [],
});

it('a compose file that containers run by and nobody reads is named once, with what to do', async () => {
  const [read, more] = [join(root, 'docker-compose.yml'), join(root, 'more.yml')];
  const project: ComposeProject = { directory: root, files: [read], pauses: [], environment: {} };
  expect(await findUnread(project, stateOf([read], []))).toEqual([]);
  expect(await findUnread(project, stateOf([read, more], [read, more], ['/gone/old.yml']))).toEqual([
    {
      message: expect.stringContaining(`containers run by ${more}, which is not read`),
      next: expect.stringMatching(/^Name it under compose: file:.*docker-compose\.yml/),
    },
    expect.objectContaining({ message: expect.stringContaining('/gone/old.yml') }),
  ]);
});

it('a file that is read is known by each of its paths', async () => {
  symlinkSync(root, `${root}-link`);
  try {
    const files = [join(`${root}-link`, 'docker-compose.yml')];
    const project: ComposeProject = { directory: root, files, pauses: [], environment: {} };
    expect(await findUnread(project, stateOf([join(root, 'docker-compose.yml')]))).toEqual([]);
  } finally {
    rmSync(`${root}-link`);
  }
});
