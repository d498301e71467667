import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const bundle = new URL('../../scripts/dist/demo/index.js', import.meta.url).pathname;
const escape = '\u001b';

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'continuity-e2e-'));
  // Like /tmp: root's PostgreSQL runs as another user.
  chmodSync(temporary, 0o755);
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the demo as a user does, from somewhere else; told to end once its story has come to `until`. */
function runDemo(until?: { text: string; signal: NodeJS.Signals }): Promise<Ended> {
  const child = spawn(process.execPath, [bundle], {
    cwd: temporary,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outputs = { stdout: '', stderr: '' };
  let isTold = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      outputs[name] += piece.toString();
      if (!until || isTold || !outputs.stdout.includes(until.text)) return;
      isTold = true;
      child.kill(until.signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...outputs }));
  });
}

/** Programs that were started with the folder in their arguments or their environment. */
function listPrograms(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return `${words} ${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(folder) ? [words] : [];
      } catch {
        // Ended meanwhile, or somebody else's.
        return [];
      }
    });
}

/** What was killed needs a moment to end. */
async function expectNothingLeft(): Promise<void> {
  expect(readdirSync(temporary)).toEqual([]);
  for (let attempt = 0; attempt < 50 && listPrograms(temporary).length > 0; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(listPrograms(temporary)).toEqual([]);
}

describe('npm run demo', () => {
  it('plays one night and one accident, proves that all is back, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await runDemo();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(escape);
    const titles = stdout.match(/^ ?\d+ {2}.+$/gm) ?? [];
    expect(titles.map((title) => Number.parseInt(title, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

    const [, share] = /^ +files read .* ([\d.]+) %$/m.exec(stdout) ?? [];
    expect(Number(share)).toBeLessThan(5);
    for (const database of ['app', 'keycloak', 'odoo', 'mattermost']) {
      expect(stdout).toMatch(
        new RegExp(`^ +${database} +ok  \\d+ rows in \\d+ tables; .* the same, byte for byte$`, 'm'),
      );
    }
    expect(stdout).toMatch(
      /^ +uploads +ok {2}\d+ entries: names, contents, modes, owners, links, times to the nanosecond$/m,
    );
    expect(stdout).toMatch(/^ +together +ok {2}620 rows of evidence lead to their files$/m);
    expect(stdout).toMatch(/^ +forgotten +ok /m);
    const [, damaged] = /inside (uploads\/\S+),/.exec(stdout) ?? [];
    expect(stdout).toMatch(new RegExp(`^ +found +ok  ${damaged ?? 'nothing'}: `, 'm'));
    expect(stdout).toMatch(/\nEverything is back, and nothing differs\. .* in all\.\n$/);
    await expectNothingLeft();
  }, 400_000);

  it.each([
    ['SIGHUP', 'A platform'],
    ['SIGINT', 'backup --nightly'],
    ['SIGTERM', 'The restore'],
  ] as const)(
    'leaves nothing behind when %s ends it at "%s"',
    async (signal, text) => {
      const { code, stdout, stderr } = await runDemo({ text, signal });
      expect(code).toBe(130);
      expect(stderr).toBe(`${signal}: removing everything\n`);
      expect(stdout).not.toContain('Everything is back');
      await expectNothingLeft();
    },
    400_000,
  );
});
