import { readFileSync, symlinkSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { makeProductionMachine, noMachine, type ProductionMachine } from '../fixtures/production-machine.ts';

if (noMachine) console.warn(`skipped: ${noMachine}`);
const HOUR_MS = 3_600_000;

/** Hour, minute and date of an instant in a zone. */
function clockOf(zone: string): (instant: number) => { hour: number; minute: number; date: string } {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (instant) => {
    const [date = '', time = ''] = format.format(instant).split(' ');
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    return { hour, minute, date };
  };
}

// Debian's cron knows one zone: the machine's.
(noMachine ? describe.skip : describe)('the line of cron (fault 125)', () => {
  let machine: ProductionMachine;
  beforeAll(async () => {
    machine = await makeProductionMachine();
    machine.write('/usr/sbin/cron', '#!/bin/sh\n', 0o755);
  }, 60_000);
  afterAll(() => machine.remove());

  /** The line of the night, as provisioning writes it on a machine in `system`. */
  const writeLine = async (system: string, night: string) => {
    rmSync(machine.path('/etc/localtime'), { force: true });
    symlinkSync(`/usr/share/zoneinfo/${system}`, machine.path('/etc/localtime'));
    machine.write('/etc/skills-hub/continuity.yml', `timezone: ${night}\nvault: { path: /srv/vault/backups }\n`);
    await machine.provision(['--docker', 'no', '--schedule', 'cron']);
    const text = readFileSync(machine.path('/etc/cron.d/skills-hub-backup'), 'utf8');
    const [line = '', ...others] = text
      .split('\n')
      .filter((each) => each.includes('backup_production.sh') && !each.includes('--unless-newer'));
    expect(others).toEqual([]);
    return line;
  };

  it.each([
    ['Etc/UTC', 'Europe/Paris'],
    ['Europe/Paris', 'Europe/Paris'],
    ['America/New_York', 'Europe/Paris'],
    ['Etc/UTC', 'Asia/Kolkata'],
    ['Asia/Kolkata', 'Europe/Paris'],
  ])('of a machine in %s runs once a night of %s, all the year', async (system, night) => {
    const line = await writeLine(system, night);
    const [minute, hours] = line.split(' ') as [string, string];
    const isGuarded = line.includes(`[ "$(TZ=${night} date +\\%H)" != 03 ] ||`);
    expect(isGuarded).toBe(system !== night);
    const [here, there] = [clockOf(system), clockOf(night)];
    const runs = new Map<string, number>();
    for (let instant = Date.UTC(2027, 0, 1, 6); instant < Date.UTC(2028, 0, 1, 0); instant += HOUR_MS / 2) {
      const local = here(instant);
      if (local.minute !== Number(minute) || !hours.split(',').includes(String(local.hour))) continue;
      const { hour, date } = there(instant);
      if (!isGuarded || hour === 3) runs.set(date, (runs.get(date) ?? 0) + 1);
    }
    expect(runs.size).toBeGreaterThanOrEqual(364);
    expect([...runs].filter(([, count]) => count !== 1)).toEqual([]);
  });

  it('asks for the hour in words that the shell of cron understands', async () => {
    const line = await writeLine('Etc/UTC', 'Europe/Paris');
    const [guard = ''] = /\[ "\$\(TZ.*?\]/.exec(line.replaceAll('\\%', '%')) ?? [];
    machine.write('/root/bin/date', '#!/bin/sh\nexec /usr/bin/date -d "@$INSTANT" "$@"\n', 0o755);
    for (const [day, hour] of [
      ['2027-03-27', 2],
      ['2027-03-28', 1],
      ['2027-10-30', 1],
      ['2027-10-31', 2],
    ] as const) {
      for (const each of [1, 2]) {
        const environment = {
          PATH: '/root/bin:/usr/bin:/bin',
          INSTANT: String(Date.parse(`${day}T0${each}:00:00Z`) / 1000),
        };
        const { stdout } = await machine.run(['/bin/sh', '-c', `${guard} || echo backup`], { environment });
        expect([day, each, stdout.trim()]).toEqual([day, each, each === hour ? 'backup' : '']);
      }
    }
  });
});
