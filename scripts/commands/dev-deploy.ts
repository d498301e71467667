import { join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { exitCodes, Failure } from '../../src/logging/failure.ts';
import { deploy } from '../../src/operations/deploy.ts';
import { defaultProjectName, projectNamePattern } from '../../src/operations/dev/dev-project.ts';
import { renderDeploy } from '../../src/report/deploy-report.ts';
import type { CommandDefinition } from './command.ts';
import { locateOwnPrepareScript } from './dev-place.ts';
import { readDuration, waitOption } from './platform.ts';

export const devDeployCommand: CommandDefinition = {
  name: 'dev deploy',
  summary: 'Bring a commit up as the development platform; goes back to the one before where it does not get healthy.',
  example: 'npm run -s continuity -- dev deploy HEAD',
  arguments: [{ name: 'commit', description: 'a commit of this repository: its SHA, or a branch' }],
  options: [
    { flags: '--source <dir>', description: 'repository that has the commit (default: here)' },
    {
      flags: '--directory <dir>',
      description: 'where deployments keep their things (default: ~/.local/state/skills-hub-dev)',
    },
    { flags: '--project <name>', description: 'name of the compose project', default: defaultProjectName },
    { flags: '--health-url <url>', description: 'address that has to answer (default: the one that is published)' },
    { flags: '--health-wait <duration>', description: 'how long it may take to become healthy', default: '10m' },
    waitOption,
  ],
  async run(context, [commit = ''], options) {
    const { logger, environment, signal } = context;
    const text = (name: string) => options[name] as string | undefined;
    const directory = text('directory') ?? join(homedir(), '.local', 'state', 'skills-hub-dev');
    const project = text('project') ?? defaultProjectName;
    if (!projectNamePattern.test(project)) {
      const what = '--project: expected a name of lower-case letters, digits, - and _';
      throw new Failure('usage', what, 'Nothing was done.');
    }
    const result = await deploy({
      source: resolve(text('source') ?? '.'),
      commit,
      directory: resolve(directory),
      project,
      healthUrl: text('healthUrl'),
      waitMs: readDuration('--health-wait', text('healthWait') ?? '10m'),
      lockWaitMs: text('wait') === undefined ? 0 : readDuration('--wait', text('wait') as string),
      holder: 'dev deploy',
      prepareScript: locateOwnPrepareScript(),
      config: await context.loadHostConfigIfAny(),
      environment,
      now: () => new Date(),
      logger,
      signal,
    });
    const exitCode = result.problem ? exitCodes[result.problem.kind] : exitCodes.ok;
    return { result, exitCode, render: () => renderDeploy(result) };
  },
};
