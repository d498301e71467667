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
  }, 60_000);
});
