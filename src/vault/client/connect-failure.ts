import { Failure, messageOf } from '../../logging/failure.ts';
import { NetworkTrouble } from './retry.ts';
import { labelOf, type SshOptions } from './ssh-options.ts';

const CLOSED = new Set(['ECONNREFUSED']);
const SILENT = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);
const UNKNOWN_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN']);

/** Turns what ssh2 says about a connection that did not come about into words with a next step. */
export function explainConnectFailure(error: unknown, options: SshOptions): Error {
  const label = labelOf(options);
  const { code = '', level = '' } = error as { code?: string; level?: string };
  const message = messageOf(error);
  const fail = (what: string, next: string): Failure => new Failure('vault', what, next, { cause: error });
  if (level === 'client-authentication') {
    return fail(
      `${label} does not accept the key`,
      'Compare "ssh-keygen -lf KEY.pub" with the authorized keys of that account on the backup server, and its from= list with this host\'s address.',
    );
  }
  if (level === 'agent')
    return fail(`the ssh-agent did not sign for ${label}: ${message}`, 'Unlock the key: "ssh-add FILE".');
  if (CLOSED.has(code)) {
    return new NetworkTrouble(
      fail(
        `${label} refuses connections: nothing listens there`,
        'Check that sshd runs on the backup server ("systemctl status ssh"), and the port.',
      ),
    );
  }
  if (UNKNOWN_NAME.has(code) || level === 'client-dns') {
    return new NetworkTrouble(
      fail(`the name of ${label} is not known here (${code})`, 'Check vault.host and the DNS of this host.'),
    );
  }
  if (SILENT.has(code) || level === 'client-timeout') {
    return new NetworkTrouble(
      fail(
        `${label} does not answer within ${String((options.connectTimeoutMs ?? 15_000) / 1000)} s`,
        'A firewall may drop the packets: on the backup server, check the rule that names the hosts allowed to reach this port.',
      ),
    );
  }
  if (level === 'protocol' || level === 'handshake') {
    return fail(
      `protocol incompatibility: what answers at ${label} is no SSH server that we can talk to (${message})`,
      'Check host and port, and that the server runs OpenSSH 7.4 or newer with its usual algorithms.',
    );
  }
  return new NetworkTrouble(
    fail(`the connection to ${label} broke off: ${message}`, 'Try again; check the network if it happens twice.'),
  );
}
