import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { drawText, ScannedRepository } from '../../fixtures/scanned-repository.ts';

let repository: ScannedRepository;
beforeEach(() => {
  repository = new ScannedRepository();
});
afterEach(() => repository.remove());

/** Scans one file beside a harmless one. */
function scanFile(path: string, content: string | Buffer) {
  repository.write('README.md', '# Nothing\n');
  repository.write(path, content);
  repository.track();
  return repository.scan();
}

/** Apart from the rest, so that this file holds none. */
const heads = { ghp: 'ghp', ghs: 'ghs', github: 'github', glpat: 'glpat', npm: 'npm' };
const random = drawText(64);
const word = 'hunter2';
const words = 'correct horse';
const pem = (head: string) => `-----BEGIN ${head}-----\n${drawText(64)}\n${drawText(64)}\n-----END ${head}-----\n`;
const upper = (length: number) => drawText(300).toUpperCase().replace(/[01]/g, '').slice(0, length);

describe('a secret in a tracked file is found, with its line, and not shown', () => {
  it.each([
    ['private key', 'notes.txt', `a\n${pem('RSA PRIVATE KEY')}`],
    ['private key', 'notes.txt', `a\n${pem('OPENSSH PRIVATE KEY')}`],
    ['private key', 'notes.txt', `a\n${pem('PGP PRIVATE KEY BLOCK')}`],
    ['private key', 'a.ppk.txt', `PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 2\n${drawText(64)}\n`],
    ['private key', 'src/a.ts', `\nconst k = '-----BEGIN PRIVATE KEY-----\\n' +\n  '${drawText(64)}';`],
    [
      'private key',
      'a.txt',
      `\n${pem('RSA PRIVATE KEY').replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,0\n\n')}`,
    ],
    ['private key', 'a.json', `\n{"key": ${JSON.stringify(pem('PRIVATE KEY'))}}`],
    ['private key', 'dist/index.js', `\nconst k = ${JSON.stringify(pem('EC PRIVATE KEY'))};`],
    ['age private key', 'notes.txt', `a\nAGE-SECRET-KEY-1${upper(58).replace(/[BIO]/g, 'Q')}`],
    ['GitHub token', 'src/a.ts', `a\nuse('${heads.ghp}_${drawText(36)}');`],
    ['GitHub token', 'dist/index.js', `a\nuse("${heads.ghs}_${drawText(36)}");`],
    ['GitHub token', 'a.md', `a\n${heads.github}_pat_${drawText(82)}`],
    ['GitLab token', 'a.yml', `a:\nb: ${heads.glpat}-${drawText(20)}`],
    ['npm token', '.npmrc', `\n//registry.npmjs.org/:_authToken=${heads.npm}_${drawText(36)}`],
    ['AWS access key', 'a.conf', `a\nb AKIA${upper(30).replace(/[89]/g, 'A').slice(0, 16)} c`],
    ['webhook address', 'a.yml', `a:\nurl: https://hooks.slack.com/services/T0ABCDEF1/B0ABCDEF2/${drawText(24)}`],
    ['JSON web token', 'a.txt', `a\neyJ${drawText(20)}.eyJ${drawText(30)}.${drawText(43)}`],
    ['authorization header', 'a.sh', `#!/bin/sh\ncurl -H 'Authorization: Bearer ${drawText(40)}'`],
    ['password hash', 'shadow.txt', `a\nroot:$6$${drawText(8)}$${drawText(86)}:1::::::`],
    ['PostgreSQL password verifier', 'a.sql', `\nx SCRAM-SHA-256$4096:${drawText(24)}$${drawText(44)}:${drawText(44)}`],
    ['password in an address', 'a.yml', 'a:\nurl: postgres://app:app@db/app'],
    ['password in an address', 'src/a.ts', `a\nconst url = 'postgresql://app:${word}@db:5432/app';`],
    ['password in an address', 'dist/index.js', `a\nconst url = "smtps://me:${word}@mail.univ.fr";`],
    ['password in plain text', 'docker-compose.yml', 'environment:\n  POSTGRES_PASSWORD: hunter2'],
    ['password in plain text', 'docker-compose.yml', `environment:\n  - "POSTGRES_PASSWORD=${words}"`],
    ['password in plain text', 'a.yml', 'a:\n{ user: me, password: hunter2, port: 1 }'],
    ['password in plain text', 'a.yml', `a:\npassword: |\n  ${words}\n`],
    ['password in plain text', 'a.yml', `a:\npassword:\n  ${words}\n`],
    ['password in plain text', 'a.yml', `a:\n  - password: # of the app\n      "${word}" # for now\n`],
    ['password in plain text', 'a.yml', `a:\nmot_de_passe: ${word}\n`],
    ['password in plain text', 'a.conf', `a\nMDP=${word}\n`],
    ['password in plain text', 'a.conf', `a\ndb_mdp = ${word}\n`],
    ['password in plain text', 'a.ini', `a\nDB_PWD=${word}\n`],
    ['password in plain text', 'src/a.ts', `a\nconst motDePasse = '${words}';\n`],
    ['random text under the name of a secret', 'src/a.ts', `a\nconst compte = { passe: '${random}' };\n`],
    ['password in plain text', 'settings.env.example', 'A=1\nDB_PASSWORD=hunter2\n'],
    ['password in plain text', 'run.sh', 'set -e\nexport PGPASSWORD=hunter2\n'],
    ['password in plain text', 'run.sh', `set -e\ndocker run -e POSTGRES_PASSWORD='${words}' db\n`],
    ['password in plain text', 'odoo.conf', '[options]\ndb_password = hunter2\n'],
    ['password in plain text', 'realm.json', '{\n"password": "hunter2"}'],
    ['password in plain text', 'a.sql', "\nALTER ROLE app PASSWORD 'hunter2';"],
    ['password in plain text', 'src/config.ts', `\nexport const config = { password: '${words}' };`],
    ['password in plain text', 'src/config.ts', `\nconst { DB_PASSWORD = '${words}' } = environment;`],
    ['password in plain text', 'src/a.ts', `\nconst dsn = 'host=db user=app password=${word}-${word}';`],
    ['password in plain text', 'settings.conf', `\n# db_password: ${word}`],
    ['secret in plain text', 'a.yml', 'a:\nclient_secret: hunter2'],
    ['random text under the name of a secret', 'src/a.ts', `\nconst apiKey = '${random}';`],
    ['random text under the name of a secret', 'src/a.ts', `\nconst cookieSecret = "${drawText(40, 'hex')}";`],
  ])('%s in %s: %j', (kind, path, content) => {
    const { status, output } = scanFile(path, content);
    expect(status).toBe(1);
    expect(output).toContain(`${path}:2: ${kind}`);
    expect(output).toContain('next: ');
    expect(output).not.toMatch(/hunter|horse/);
    for (let at = 0; at + 6 <= random.length; at += 1) expect(output).not.toContain(random.slice(at, at + 6));
  });

  it.each([
    '.env',
    'deploy/.env.production',
    'prod.env',
    'secrets/database',
    'infrastructure/secrets/app.txt',
    'server.pem',
    'tls.key',
    'writer_rsa',
    'id_ed25519',
    'keys/host_ed25519',
    '.pgpass',
    'vault.kdbx',
  ])('that is named for what it holds: %s', (path) => {
    const { status, output } = scanFile(path, 'x\n');
    expect(status).toBe(1);
    expect(output).toContain(`${path}:1: `);
    expect(output).toContain('git rm --cached');
  });

  it('in the encoding of PowerShell, and in a file that is no text', () => {
    expect(scanFile('a.txt', Buffer.from(`\ufeff${heads.ghp}_${drawText(36)}\r\n`, 'utf16le')).status).toBe(1);
    const bigEndian = Buffer.from(`\ufeff${heads.ghp}_${drawText(36)}\r\n`, 'utf16le').swap16();
    expect(scanFile('a.txt', Buffer.concat([bigEndian, Buffer.from([0])])).status).toBe(1);
    expect(scanFile('b.bin', Buffer.from(`\0\xff\0${heads.ghp}_${drawText(36)}\0`, 'latin1')).output).toContain(
      'b.bin:1',
    );
  });

  it('under a name with a line break, which is told on one line', () => {
    const { output } = scanFile('a\n::error::b.yml', 'password: hunter2');
    expect(output).toContain('"a\\n::error::b.yml":1: password in plain text');
  });
});
