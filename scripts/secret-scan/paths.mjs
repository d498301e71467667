/** Names of files that hold secrets whatever is in them. */
const names = [
  [/^\.env(\..+)?$|^.+\.env$/i, 'file of environment variables'],
  [/^(id_[a-z0-9]+|.+[_-](rsa|dsa|ecdsa|ed25519))$/i, 'SSH private key file'],
  [/\.(pem|key|p8|p12|pfx|ppk|jks|keystore)$/i, 'key or certificate file'],
  [/\.kdbx?$/i, 'password database'],
  [/^\.?(pgpass(\.conf)?|netrc|_netrc|git-credentials|htpasswd|vault[_-]pass(word)?(\.txt)?)$/i, 'file of passwords'],
];
const harmless = /\.(example|sample|template|dist)$/i;
/** What may lie in a folder of secrets: code, documentation, and what keeps the folder itself. */
const besides = /^(\.git(ignore|keep)|.+\.(ts|mjs|js|sh|md|example|sample|template))$/i;
const next = 'git rm --cached it, add it to .gitignore, and replace what was in it: it is in the history';

/** @returns findings of a tracked path itself; no mark allows them */
export function judgePath(path) {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (parts.some((part) => /^\.?secrets?$/i.test(part)) && !besides.test(name)) {
    return [{ line: 1, kind: 'file in a folder of secrets', next }];
  }
  if (harmless.test(name)) return [];
  return names
    .filter(([pattern]) => pattern.test(name))
    .slice(0, 1)
    .map(([, kind]) => ({ line: 1, kind, next }));
}
