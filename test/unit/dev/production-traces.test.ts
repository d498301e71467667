import { describe, expect, it } from '@jest/globals';
import { readTraces } from '../../../src/operations/dev/production-traces.ts';

describe('by what production is recognised', () => {
  it('has the images of its services, also those that Compose names itself', () => {
    const project = { directory: '/srv/hub', files: ['/srv/hub/docker-compose.yml'], pauses: [], environment: {} };
    const services = { app: { build: { context: '.' } }, db: { image: 'postgres:16' } };
    expect(readTraces({ name: 'hub', services }, project).images).toEqual(['hub-app', 'postgres:16']);
    expect(readTraces({ name: 'hub', services }, { ...project, project: 'own' }).images).toContain('own-app');
  });
});
