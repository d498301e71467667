import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { Failure } from '../logging/failure.ts';
import { readCode } from './channel.ts';

/**
 * The certificates that are trusted, for the options of a TLS connection: those that everybody trusts and those of the
 * file; without a file Node's own choice.
 * @throws Failure `config` where the file cannot be read.
 */
export async function readAuthority(caFile: string | undefined): Promise<{ ca?: string[] }> {
  if (caFile === undefined) return {};
  try {
    return { ca: [...rootCertificates, await readFile(caFile, 'utf8')] };
  } catch (error) {
    const message = `cannot read the certificates in ${caFile} (${readCode(error)})`;
    throw new Failure('config', message, 'Put the certificate of the authority there, in PEM.', { cause: error });
  }
}
