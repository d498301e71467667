import { formatBytes } from '../../logging/quantity-text.ts';
import { openVault } from '../open-vault.ts';
import type { Platform } from '../platform.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

/** A clock further off than this makes trouble: names carry dates, and the vault refuses those 2 days off. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The vault: key, host key, login, protocol, clock, room, and whether what it holds is safe from production. */
export async function checkVault(platform: Platform): Promise<Finding[]> {
  return await examine('vault', async () => {
    const vault = await openVault(platform, 'writer');
    try {
      const greeting = await vault.hello();
      const findings = [fine('vault', `${vault.label} answers, ${formatBytes(greeting.freeBytes)} free`)];
      const skewMs = Math.abs(Date.parse(greeting.clock) - platform.now().getTime());
      if (skewMs > CLOCK_TOLERANCE_MS) {
        findings.push(
          worry('vault', `its clock says ${greeting.clock}, ours ${platform.now().toISOString()}`, 'Set both by NTP.'),
        );
      }
      if (!greeting.isProvisioned) {
        findings.push(
          worry(
            'vault',
            'it is not provisioned: whoever holds its account can delete archives; they are not tamper-proof',
            'Give the vault accounts and a keeper of its own.',
          ),
        );
      }
      findings.push(
        worry(
          'vault',
          'no copy of it elsewhere is known: root on it can delete everything',
          'Keep a second copy on another machine.',
        ),
      );
      const { warnings, conditions = [] } = greeting;
      return [...findings, ...[...warnings, ...conditions].map((warning) => worry('vault', warning))];
    } finally {
      await vault.close();
    }
  });
}
