import { PathChoice } from '../../src/archive/path-choice.ts';
import { exitCodes } from '../../src/logging/failure.ts';
import { toJsonText } from '../../src/logging/json-text.ts';
import { diff } from '../../src/operations/diff.ts';
import { renderDiff, renderFile } from '../../src/report/diff-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';
import { writeLine } from './write-line.ts';

export const diffCommand: CommandDefinition = {
  name: 'diff',
  summary:
    'Say what changed from an archive to another one, or to what is live: databases, tables, rows, folders, files.',
  example: 'npm run -s continuity -- diff 2026-01-31 live --select app,uploads',
  arguments: [
    { name: 'archive', description: 'name, date or latest: what was' },
    { name: 'against', description: 'another archive, or live (the default): what is', isOptional: true },
  ],
  options: [
    { flags: '--select <names>', description: 'only these databases and file sources', isList: true },
    {
      flags: '--path <path>',
      description: 'only files at or below it, a path or glob; or several times',
      isRepeatable: true,
    },
    { flags: '--quick', description: 'of live databases count the rows only' },
    { flags: '--all', description: 'list every file; with --json one a line, the result last' },
  ],
  async run(context, [archive = '', against = 'live'], { select, path, quick, all }) {
    const choice = path === undefined ? undefined : PathChoice.parse(path as string[]);
    const platform = await openPlatform(context, 'diff');
    const { timezone } = platform.config;
    const showsAll = all === true;
    const result = await diff(platform, {
      archive,
      against,
      ...(select === undefined ? {} : { select: select as string[] }),
      ...(choice ? { paths: choice } : {}),
      isQuick: quick === true,
      // As they are found: there may be a million.
      ...(showsAll ? { onFile: (file) => writeLine(context.json ? toJsonText(file) : renderFile(file)) } : {}),
    });
    const exitCode = result.faults.length === 0 ? exitCodes.ok : exitCodes.source;
    if (showsAll && context.json) {
      const { listed: _listed, omitted: _omitted, ...rest } = result;
      await writeLine(toJsonText(rest));
      return { result: undefined, exitCode, render: () => '' };
    }
    const asked = choice ? { paths: choice.texts } : {};
    return { result, exitCode, render: () => renderDiff(result, { timezone, showsAll, ...asked }) };
  },
};
