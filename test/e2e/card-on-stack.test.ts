import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { compileProgram } from '../fixtures/compiled-program.ts';
import { keepEvidence, type KeptEvidence } from '../fixtures/docker/evidence.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { loseStack } from '../fixtures/docker/lose-stack.ts';
import { writePlatformConfig } from '../fixtures/docker/platform-config.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';
import { typedFromCard, typedOnStack } from '../fixtures/line-places.ts';

const ground = await openDockerGround();

ground.describe('the emergency card, typed line by line on a machine that has Docker and nothing else', () => {
  let stack: PlatformStack;
  let pocket: string;
  let archive: string;
  let evidence: KeptEvidence;

  /** A line of the card at this place: folders and date are the test's. */
  const place = (line: string): string =>
    line
      .replaceAll('backup_full_2026-11-26.tar.gz', archive)
      .replaceAll('/srv/reprise', join(pocket, 'reprise'))
      .replaceAll('/srv/skills-hub', stack.directory);

  beforeAll(async () => {
    const program = compileProgram();
    pocket = mkdtempSync(join(tmpdir(), 'continuity-card-'));
    stack = await openPlatformStack(ground);
    evidence = keepEvidence(stack);
    await stack.up();
    await evidence.upload('portfolio of the first year');
    const key = await generateIdentity();
    mkdirSync(join(pocket, 'reprise'));
    mkdirSync(join(pocket, 'vault'));
    writeFileSync(join(pocket, 'reprise/recovery-key.txt'), `${key}\n`, { mode: 0o600 });
    const recovery = `recovery: { recipients: [${await identityToRecipient(key)}] }`;
    const config = join(stack.directory, 'continuity.yml');
    writeFileSync(config, writePlatformConfig({ path: join(pocket, 'vault/archives') }, [recovery]));
    const { code, stderr } = await program.run(['backup', '--config', config], {
      env: stack.environment as Record<string, string>,
    });
    expect(code === 0 ? '' : stderr).toBe('');
    program.remove();
    archive = readdirSync(join(pocket, 'vault/archives')).find((name) => name.endsWith('.tar.gz')) ?? '';
    copyFileSync(join(pocket, 'vault/archives', archive), join(pocket, 'reprise', archive));
    await loseStack(ground, stack);
    rmSync(stack.directory, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    await stack.remove();
    rmSync(pocket, { recursive: true, force: true });
  }, 120_000);

  it('brings the platform up: secrets, every database, files', async () => {
    const brought = typedFromCard.filter((line) => !/^(ssh|scp|#PSQL=)/.test(line));
    const [restart = ''] = typedOnStack.slice(-1);
    const steps = [...brought, ...typedOnStack.slice(0, -1)].map(place).map(takeUp);
    // The other rows of the card's table.
    const rows = [
      ...repeat('keycloak', 'keycloak', 'keycloak', 'keycloak'),
      ...repeat('mattermost', 'mmuser', 'mattermost', 'mattermost'),
      // Odoo's databases are not there yet: nothing to rename away.
      ...listOdoo()
        .flatMap((database) => repeat('odoo', 'odoo', database, `odoo.${database}`))
        .filter((line) => !line.endsWith("_avant'")),
    ].map(place);
    const shown = execFileSync('bash', ['-euo', 'pipefail', '-c', [...steps, ...rows, place(restart)].join('\n')], {
      env: stack.environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(shown).toContain('ENTIERE');
    expect(shown.match(/CHARGEE/g)?.length).toBeGreaterThanOrEqual(3);
    expect(shown).not.toContain('COUPE');
    expect(Object.entries(await stack.health()).filter(([, health]) => health !== 'healthy')).toEqual([]);
    await evidence.expectAll();
  }, 300_000);

  /** A line that is for a new machine only. */
  function takeUp(line: string): string {
    return line.replace(/^#/, '');
  }

  /** The card's lines for App, with another server, user, database and dump. */
  function repeat(source: string, user: string, database: string, dump: string): string[] {
    const from = typedOnStack.findIndex((line) => line.startsWith('PSQL='));
    const to = typedOnStack.findIndex((line) => line.endsWith("RENAME TO skills_hub'"));
    return [`docker compose stop ${source}`, ...typedOnStack.slice(from, to + 1)].map((line) =>
      takeUp(line)
        .replaceAll('app-db psql -X -U app', `${source}-db psql -X -U ${user}`)
        .replaceAll('db/globals-app.sql', `db/globals-${source}.sql`)
        .replaceAll('db/app.sql', `db/${dump}.sql`)
        .replaceAll('OWNER app', `OWNER ${user}`)
        .replaceAll('skills_hub', database),
    );
  }

  /** Databases of Odoo in the archive, but the one of the server's own. */
  function listOdoo(): string[] {
    const names = execFileSync('tar', ['-tzf', join(pocket, 'vault/archives', archive)], { encoding: 'utf8' }).split(
      '\n',
    );
    const databases = names.map((name) => /^db\/odoo\.(.+)\.sql$/.exec(name)?.[1]);
    return databases.filter((name): name is string => name !== undefined && name !== 'postgres');
  }
});
