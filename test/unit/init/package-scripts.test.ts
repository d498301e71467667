import { describe, expect, it } from '@jest/globals';
import {
  addPackageScripts,
  findForeignScripts,
  findMissingScripts,
  packageScripts,
  replaceScript,
} from '../../../src/operations/init/adoption/package-scripts.ts';

function scriptsOf(content: string): Record<string, string> {
  return (JSON.parse(content) as { scripts: Record<string, string> }).scripts;
}

describe('the npm scripts', () => {
  it('make a minimal package.json where there is none', () => {
    expect(JSON.parse(addPackageScripts(undefined).content)).toEqual({ private: true, scripts: packageScripts });
  });

  it('stand below each other also in a file of one line', () => {
    const lines = addPackageScripts('{"scripts":{"a":"b"}}').content.split('\n').slice(1);
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/^ {4}"/);
  });

  it.each([
    ['spaces', '{\n  "name": "x",\n  "scripts": {\n    "a": "b"\n  },\n  "files": ["one", "two"]\n}\n'],
    ['tabs', '{\n\t"name": "x",\n\t"scripts": {\n\t\t"a": "b"\n\t},\n\t"files": ["one",   "two"]\n}'],
    ['Windows line ends', '{\r\n    "scripts": {\r\n        "a": "b"\r\n    }\r\n}\r\n'],
    ['no scripts', '{\n  "name": "x",\n  "private": true\n}\n'],
    ['empty scripts', '{\n  "scripts": {},\n  "name": "x"\n}\n'],
    ['one line', '{"name":"x","scripts":{"a":"b"},"z":{"scripts":{}}}'],
    ['nothing', '{}'],
    ['a byte order mark', '\uFEFF{\n  "name": "x"\n}\n'],
    ['escapes', '{\n  "name": "\\u00e9\\t\\/",\n  "scripts": {\n    "a": "echo \\"x: {y}, # z\\""\n  }\n}\n'],
  ])('are added to one with %s, and nothing else changes', (_name, content) => {
    const edited = addPackageScripts(content);
    const parse = (text: string) => JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>;
    const before = parse(content);
    expect(parse(edited.content)).toEqual({
      ...before,
      scripts: { ...(before['scripts'] as object), ...packageScripts },
    });
    expect(edited.foreign).toEqual([]);
    expect(findMissingScripts(edited.content.replace(/^\uFEFF/, ''))).toEqual([]);
    // What stood there stands there still, in its order.
    let at = -1;
    for (const word of content.match(/"[^"]*"(: *|, *)?/g) ?? []) {
      at = edited.content.indexOf(word.replace(/, *$/, ''), at + 1);
      expect(at).toBeGreaterThanOrEqual(0);
    }
    expect(addPackageScripts(edited.content).content).toBe(edited.content);
  });

  it('keep the indentation of the file', () => {
    const { content } = addPackageScripts('{\n\t"scripts": {\n\t\t"a": "b"\n\t}\n}\n');
    expect(content.split('\n').slice(1, 5)).toEqual([
      '\t"scripts": {',
      '\t\t"a": "b",',
      '\t\t"continuity": "node tools/continuity/continuity/index.js",',
      '\t\t"prod:backup": "node tools/continuity/continuity/index.js backup",',
    ]);
  });

  it.each(['./backup.sh', 'node tools/continuity/continuity/index.js backup --full && ./more.sh', ''])(
    'leave one of the team alone, and name it: %j',
    (script) => {
      const before = JSON.stringify({ scripts: { 'prod:backup': script, z: 'z' } });
      const { content, foreign } = addPackageScripts(before);
      expect(foreign).toEqual(['prod:backup']);
      expect(scriptsOf(content)).toEqual({ z: 'z', ...packageScripts, 'prod:backup': script });
      expect(findForeignScripts(content)).toEqual(['prod:backup']);
      expect(findMissingScripts(content)).toEqual([]);
      expect(scriptsOf(replaceScript(content, 'prod:backup'))).toEqual({ z: 'z', ...packageScripts });
    },
  );

  it('take the place of an earlier form of ours', () => {
    const before = JSON.stringify({ scripts: { 'prod:backup': 'node ./tools/continuity/index.js backup' } });
    expect(findMissingScripts(before)).toContain('prod:backup');
    const { content, foreign } = addPackageScripts(before);
    expect(foreign).toEqual([]);
    expect(scriptsOf(content)).toEqual(packageScripts);
  });

  it.each(['', '[]', '{"scripts": 1}', '{"a": }'])('are refused for %p', (content) => {
    expect(() => addPackageScripts(content)).toThrow(/package\.json cannot be read/);
  });
});
