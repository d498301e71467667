import { resolve } from 'node:path';
import { z } from 'zod';
import type { SecretReference } from './config.ts';
import { duration, mapping, path, port, text, variable } from './fields.ts';
import { parseDurationMs } from './quantities.ts';

/** Who is told when something is wrong, and how. */
export interface AlertsConfig {
  readonly language: 'fr' | 'en';
  /** After so long a fault that stands is told again, in milliseconds. */
  readonly repeatAfterMs: number;
  /** Certificates (PEM) of authorities that are trusted besides the usual ones, for services with an internal one. */
  readonly caFile?: string;
  readonly mail?: MailConfig;
  readonly webhooks: readonly WebhookConfig[];
  /** Addresses that are asked for on success; their own service complains when that stays away. */
  readonly pings: readonly PingConfig[];
}

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` or nothing is sent, or `none` for a relay of this very host. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string;
  readonly password?: SecretReference;
  readonly from: string;
  readonly to: readonly string[];
}

export interface WebhookConfig {
  readonly kind: 'mattermost' | 'slack' | 'json';
  /** The address is a secret: whoever knows it may write there. */
  readonly url: SecretReference;
}

const pingOccasions = ['backup', 'verify', 'status', 'freshness', 'scrub', 'prune', 'sweep', 'audit'] as const;

export interface PingConfig {
  readonly url: SecretReference;
  /** The command whose success it waits for; absent: the nightly backup, on the vault its freshness. */
  readonly after?: (typeof pingOccasions)[number];
  /** Its service knows `/fail` behind the address as a failure that is told at once. */
  readonly tellsFailure: boolean;
}

const address = text(
  'a mail address such as admin@univ.example',
  /^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
);
const urlShape = {
  'url-env': variable.optional().describe('Environment variable that holds the address.'),
  'url-file': path.optional().describe('File that holds the address, readable by its owner alone.'),
};
const hasOneUrl = (value: { 'url-env'?: string | undefined; 'url-file'?: string | undefined }) =>
  (value['url-env'] === undefined) !== (value['url-file'] === undefined);
/** The same for editors. */
const exactlyOneUrl = { oneOf: [{ required: ['url-env'] }, { required: ['url-file'] }] };
const oneUrl = 'expected exactly one of url-env, url-file: the address is a secret';

const mail = mapping({
  host: text('a host name or address', /^[A-Za-z0-9_[:][A-Za-z0-9_.:\]-]*$/).describe('The SMTP server.'),
  port: port.default(587),
  security: z
    .enum(['tls', 'starttls', 'none'], { error: 'expected tls, starttls or none' })
    .default('starttls')
    .describe('tls from the first byte (port 465), starttls required (587), none for a relay of this host.'),
  user: text('a user name').optional(),
  'password-env': variable.optional().describe('Environment variable that holds the password.'),
  'password-file': path.optional().describe('File that holds the password, readable by its owner alone.'),
  from: address,
  to: z.array(address, { error: 'expected a list of mail addresses' }).min(1, 'expected at least one address'),
}).superRefine((value, context) => {
  const passwords = Number(value['password-env'] !== undefined) + Number(value['password-file'] !== undefined);
  if (passwords > 1 || (value.user === undefined) !== (passwords === 0)) {
    const message = 'expected both user and one of password-env, password-file, or neither';
    context.addIssue({ code: 'custom', path: ['user'], message });
  }
  if (passwords > 0 && value.security === 'none') {
    const message = 'expected tls or starttls: a password would go in clear';
    context.addIssue({ code: 'custom', path: ['security'], message });
  }
});

export const alertsSchema = mapping({
  language: z.enum(['fr', 'en'], { error: 'expected fr or en' }).default('fr'),
  'repeat-after': duration.default('1d').describe('After so long a fault that stands is told again.'),
  'ca-file': path.optional().describe('Certificates (PEM) of an authority to trust besides the usual ones.'),
  mail: mail.optional(),
  webhooks: z
    .array(
      mapping({
        kind: z.enum(['mattermost', 'slack', 'json'], { error: 'expected mattermost, slack or json' }),
        ...urlShape,
      })
        .refine(hasOneUrl, oneUrl)
        .meta(exactlyOneUrl),
      { error: 'expected a list of {kind, url-env | url-file}' },
    )
    .default([]),
  pings: z
    .array(
      mapping({
        ...urlShape,
        after: z
          .enum(pingOccasions, { error: `expected one of ${pingOccasions.join(', ')}` })
          .optional()
          .describe('Whose success it waits for. Default: the nightly backup; on the vault: freshness.'),
        'tell-failure': z
          .boolean({ error: 'expected true or false' })
          .default(false)
          .describe('Ask for <address>/fail on failure, as healthchecks takes it.'),
      })
        .refine(hasOneUrl, oneUrl)
        .meta(exactlyOneUrl),
      { error: 'expected a list of {url-env | url-file, …}' },
    )
    .default([])
    .describe('Asked for on success, as healthchecks does it.'),
});

/** Turns the checked text into settings; relative paths are those of `root`. */
export function resolveAlerts(checked: z.output<typeof alertsSchema>, root: string): AlertsConfig {
  const refer = (variableName: string | undefined, file: string | undefined): SecretReference =>
    variableName === undefined
      ? { from: 'file', file: resolve(root, file ?? '') }
      : { from: 'environment', variable: variableName };
  const urlOf = (value: { 'url-env'?: string | undefined; 'url-file'?: string | undefined }) =>
    refer(value['url-env'], value['url-file']);
  return {
    language: checked.language,
    repeatAfterMs: parseDurationMs(checked['repeat-after']) ?? 0,
    ...(checked['ca-file'] === undefined ? {} : { caFile: resolve(root, checked['ca-file']) }),
    ...(checked.mail ? { mail: resolveMail(checked.mail, refer) } : {}),
    webhooks: checked.webhooks.map((webhook) => ({ kind: webhook.kind, url: urlOf(webhook) })),
    pings: checked.pings.map((ping) => ({
      url: urlOf(ping),
      ...(ping.after === undefined ? {} : { after: ping.after }),
      tellsFailure: ping['tell-failure'],
    })),
  };
}

function resolveMail(
  checked: z.output<typeof mail>,
  refer: (variableName: string | undefined, file: string | undefined) => SecretReference,
): MailConfig {
  const { host, port: portNumber, security, user, from, to } = checked;
  const credentials =
    user === undefined ? {} : { user, password: refer(checked['password-env'], checked['password-file']) };
  return { host, port: portNumber, security, ...credentials, from, to };
}
