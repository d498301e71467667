import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clone, makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);

(noMachine ? describe.skip : describe)('recovery/recover.sh', () => {
  let machine: ProductionMachine;
  const recover = (...words: string[]) =>
    machine.run(['bash', `${clone}/infrastructure/recovery/recover.sh`, ...words]);
  beforeAll(async () => {
    machine = await makeProductionMachine();
  }, 120_000);
  afterAll(() => machine.remove());

  it('installs what a recovery needs before any key is on the machine', async () => {
    // Without Docker, which --list does not need.
    const { code, stderr } = await recover('--install-only', '--list');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Préparation 2/2')]);
    expect(stderr).not.toContain('ERREUR');
  }, 60_000);

  it('asks for the reader key, and for the host keys, before anything else', async () => {
    expect(await recover()).toMatchObject({ code: 2, stderr: expect.stringContaining('il manque --reader-key') });
    await machine.run(['ssh-keygen', '-q', '-t', 'rsa', '-b', '4096', '-N', '', '-f', '/root/skills_restore']);
    const { code, stderr } = await recover('--reader-key', '/root/skills_restore');
    expect([code, stderr]).toEqual([2, expect.stringContaining('il manque --known-hosts')]);
    // In the other form that options are written in.
    expect(await recover('--reader-key=/root/skills_restore')).toMatchObject({ code: 2, stderr });
    expect(await recover('--reader-key=/root/no-such-key', '--known-hosts=/etc/passwd')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reader-key : /root/no-such-key est introuvable'),
    });
  }, 60_000);

  it('shows the options of the program without asking anything of the machine, and says where Node is missing', async () => {
    const { code, stdout, stderr } = await recover('--help-recover');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--health-timeout');
    const nodes = (await machine.run(['bash', '-c', 'type -aP node || true'])).stdout.split('\n').filter(Boolean);
    const kept = ['/usr/local/lib/skills-hub/node/bin/node', ...nodes];
    await machine.run(['bash', '-c', 'for each; do mv "$each" "$each.away" || true; done', 'bash', ...kept]);
    const without = await recover('--help-recover');
    await machine.run(['bash', '-c', 'for each; do mv "$each.away" "$each" || true; done', 'bash', ...kept]);
    expect(without).toMatchObject({ code: 2, stdout: expect.stringContaining('scénario C') });
    expect(without.stderr).toMatch(/Node manque[^]*recover\.sh --install-only/);
    expect(without.stderr).not.toContain('Préparation');
  }, 60_000);
});
