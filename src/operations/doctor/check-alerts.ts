import { readAuthority } from '../../alerts/authority.ts';
import { nameReference } from '../../alerts/channel.ts';
import { isThisHost } from '../../alerts/this-host.ts';
import { resolveUrl } from '../../alerts/secret-url.ts';
import type { AlertsConfig, MailConfig } from '../../config/alerts.ts';
import type { SecretReference } from '../../config/config.ts';
import { resolveSecret } from '../../config/secrets.ts';
import type { Platform } from '../platform.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

const SUBJECT = 'alerts';

/** A way to tell somebody; `livesHere`: it is gone when production is. */
interface Way {
  readonly label: string;
  readonly livesHere: boolean;
}

/** Whether somebody is told when a backup fails: secrets that can be read, and a way that does not lead through production alone. */
export async function checkAlerts({
  config,
  environment,
}: Pick<Platform, 'config' | 'environment'>): Promise<Finding[]> {
  const { alerts } = config;
  if (!alerts || (alerts.mail === undefined && alerts.webhooks.length === 0 && alerts.pings.length === 0)) {
    return [
      worry(
        SUBJECT,
        'nobody is told when a backup fails',
        'Add alerts: with mail: to continuity.yml (docs/alerts.md).',
      ),
    ];
  }
  const ways: Way[] = [];
  const findings = (
    await Promise.all(
      listWays(alerts, environment).map((look) =>
        examine(SUBJECT, async () => {
          const { way, findings: found } = await look();
          ways.push(way);
          return found;
        }),
      ),
    )
  ).flat();
  findings.push(
    ...(await examine(SUBJECT, async () => {
      await readAuthority(alerts.caFile);
      return [];
    })),
  );
  if (ways.length > 0 && ways.every(({ livesHere }) => livesHere)) {
    const labels = ways.map(({ label }) => label).join(', ');
    findings.push(
      worry(
        SUBJECT,
        `the only way to reach people is ${labels}, which lives on production: with production down, nobody is told`,
        'Add mail: by a relay outside production to alerts: (docs/alerts.md), and alerts to the vault.',
      ),
    );
  }
  return findings;
}

type Look = () => Promise<{ way: Way; findings: Finding[] }>;

function listWays({ mail, webhooks, pings }: AlertsConfig, environment: Platform['environment']): Look[] {
  return [
    ...(mail ? [() => lookAtMail(mail, environment)] : []),
    ...webhooks.map(
      ({ kind, url }): Look =>
        async () =>
          lookAtUrl(`webhook ${kind} (${nameReference(url)})`, url, environment, kind === 'mattermost'),
    ),
    ...pings.map(
      ({ url }): Look =>
        async () =>
          lookAtUrl(`ping (${nameReference(url)})`, url, environment, false),
    ),
  ];
}

async function lookAtMail(mail: MailConfig, environment: Platform['environment']) {
  const { host, port, security, password, to } = mail;
  if (password) await resolveSecret(password, environment);
  const livesHere = await isThisHost(host);
  const label = `mail by ${host}:${port}`;
  const findings = [fine(SUBJECT, `${label} to ${to.join(', ')}`)];
  if (security === 'none' && !livesHere) {
    findings.push(worry(SUBJECT, `${label} goes over the network in clear`, 'Ask for starttls or tls in security:.'));
  }
  return { way: { label, livesHere }, findings };
}

async function lookAtUrl(
  label: string,
  reference: SecretReference,
  environment: Platform['environment'],
  isProductions: boolean,
) {
  const url = await resolveUrl(reference, environment);
  const livesHere = isProductions || (await isThisHost(url.hostname.replace(/^\[|\]$/g, '')));
  return { way: { label, livesHere }, findings: [fine(SUBJECT, label)] };
}
