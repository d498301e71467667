import { describe, expect, it } from '@jest/globals';
import { judgeTakenNames, type Labelled } from '../../../src/operations/dev/check-running.ts';

const wanted = { name: 'dev', volumes: ['dev_data'], networks: ['dev_default'] };
const of = (name: string, project?: string, files?: string): Labelled => ({
  name,
  labels: {
    ...(project === undefined ? {} : { 'com.docker.compose.project': project }),
    ...(files === undefined ? {} : { 'com.docker.compose.project.config_files': files }),
  },
});
const judge = (engine: Partial<Record<'containers' | 'volumes' | 'networks', Labelled[]>>) =>
  judgeTakenNames(wanted, { containers: [], volumes: [], networks: [], ...engine }, ['/home/dev/hub', '/state']);

describe('what the engine already has', () => {
  it('may be of the same project, from the same places', () => {
    const containers = [
      of('dev-web-1', 'dev', '/home/dev/hub/docker-compose.dev.yml'),
      of('dev-web-2', 'dev', '/state/a/docker-compose.dev.yml,/state/images/a.yml'),
    ];
    const volumes = [of('dev_data', 'dev'), of('prod_data', 'prod')];
    expect(judge({ containers, volumes, networks: [of('dev_default', 'dev')] })).toEqual([]);
  });

  it('fault 122: is not taken over from a project of the same name that was started elsewhere', () => {
    const containers = [of('dev-web-1', 'dev', '/srv/skills-hub/docker-compose.yml')];
    expect(judge({ containers })).toEqual([
      'project dev already has containers that were started from /srv/skills-hub/docker-compose.yml',
    ]);
  });

  it('is not taken over from another project, or from nobody, by the name of a volume or network', () => {
    expect(judge({ volumes: [of('dev_data', 'prod')] })).toEqual(['volume dev_data belongs to project prod']);
    expect(judge({ networks: [of('dev_default')] })).toEqual(['network dev_default belongs to no compose project']);
  });
});
