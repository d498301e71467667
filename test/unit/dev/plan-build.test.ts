import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nameImages } from '../../../src/operations/deploy/image-names.ts';
import { lacksDockerfile } from '../../../src/operations/dev/plan-build.ts';

describe('what is built', () => {
  let folder: string;
  const image = 'registry.example/app:1';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuity-build-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a service with a Dockerfile, under any name and inline, or without another image to start from', () => {
    expect(lacksDockerfile({ image, build: { context: folder, dockerfile: 'Dockerfile' } })).toBe(true);
    expect(lacksDockerfile({ image, build: folder })).toBe(true);
    expect(lacksDockerfile({ image, build: { context: folder, dockerfile_inline: 'FROM x' } })).toBe(false);
    expect(lacksDockerfile({ build: { context: folder } })).toBe(false);
    expect(lacksDockerfile({ image })).toBe(false);
    writeFileSync(join(folder, 'app.Dockerfile'), 'FROM x');
    expect(lacksDockerfile({ image, build: { context: folder, dockerfile: 'app.Dockerfile' } })).toBe(false);
    expect(lacksDockerfile({ image, build: { context: folder } })).toBe(true);
  });

  it('is named by its commit in a deployment, and what is not built keeps the image it names', () => {
    const model = { services: { app: { image, build: { context: folder } }, worker: { image } } };
    expect(nameImages(model, 'hub', 'a'.repeat(40))).toEqual({});
    writeFileSync(join(folder, 'Dockerfile'), 'FROM x');
    const own = `hub/app:${'a'.repeat(12)}`;
    expect(nameImages(model, 'hub', 'a'.repeat(40))).toEqual({ app: own, worker: own });
  });
});
