/**
 * The emergency card: how to restore with scp, tar and psql alone. Written by `npm run build -- card` from
 * docs/carte-urgence.md; never edited here.
 */
export const CARD_TEXT = `# CARTE D'URGENCE : tout restaurer avec scp, tar et psql

Serveur de sauvegarde : tc-portail, 172.16.95.98, SSH 4660, \`/srv/tc-data/backups\`.
ADMIN, compte des opérateurs là-bas : ............ empreinte SHA256:......................
Appeler d'abord : responsable ....................... hébergement ......................
**Ne pas** effacer quoi que ce soit sur la production, rebrancher une machine attaquée (la
réinstaller), charger un dump dans une base qui sert, mettre la clé age en ligne.
Attaque : prendre une archive d'AVANT ; les plus récentes peuvent être piégées.

## 1. Chercher l'archive et la vérifier (en root ; trois fois sa taille libre)

\`\`\`sh
mkdir -p /srv/reprise && chmod 700 /srv/reprise && cd /srv/reprise
ssh -p 4660 ADMIN@172.16.95.98 'ls -lt /srv/tc-data/backups | head -20'
scp -P 4660 ADMIN@172.16.95.98:/srv/tc-data/backups/backup_full_2026-11-26.tar.gz .
gzip -t backup_full_2026-11-26.tar.gz && echo ENTIERE
tar -xpzf backup_full_2026-11-26.tar.gz --numeric-owner
for f in db/*.sql; do tail -n 8 "$f" | grep -q 'dump complete' || echo "COUPE : $f"; done
\`\`\`

\`ENTIERE\` doit s'afficher, \`COUPE\` jamais ; sinon prendre l'archive de la veille.
Dedans : \`db/*.sql\` (bases, rôles), \`uploads/\` et autres, \`kit/\` (compose, secrets).

## 2. Machine neuve seulement : Debian, Docker avec Compose 2, age ; puis les secrets

\`\`\`sh
age -d -i recovery-key.txt kit/secrets.tar.age | tar -xpf - --numeric-owner -C kit
mkdir -p /srv/skills-hub && cp -a kit/files/. /srv/skills-hub/ && cd /srv/skills-hub
docker compose up -d --wait app-db keycloak-db odoo-db mattermost-db
\`\`\`

## 3. Une base (ici App ; UNE des deux lignes PSQL=), puis les autres de même

\`\`\`sh
cd /srv/skills-hub && docker compose stop app
PSQL='docker compose exec -T app-db psql -X -U app'  # PostgreSQL dans son conteneur
PSQL='psql -X -h 127.0.0.1 -U postgres'              # ou PostgreSQL sur la machine
$PSQL -d postgres < /srv/reprise/db/globals-app.sql  # « already exists » : normal
$PSQL -d postgres -c 'CREATE DATABASE neuve TEMPLATE template0 OWNER app'
$PSQL -d neuve -v ON_ERROR_STOP=1 -q -1 < /srv/reprise/db/app.sql && echo CHARGEE
$PSQL -d postgres -c 'ALTER DATABASE skills_hub RENAME TO skills_hub_avant'
$PSQL -d postgres -c 'ALTER DATABASE neuve RENAME TO skills_hub'
\`\`\`

Sans \`CHARGEE\`, ne rien renommer (base absente : le premier renommage échoue, sans mal).
keycloak : \`keycloak-db\`, \`keycloak\` ; mattermost : \`mattermost-db\`, \`mmuser\` ; odoo :
\`odoo-db\`, \`odoo\`, un \`db/odoo.BASE.sql\` par base.

## 4. Les fichiers (un portfolio : \`uploads/student_0042\`), puis tout redémarrer

\`\`\`sh
mkdir -p /srv/skills-hub/data/uploads
cp -a --backup=numbered /srv/reprise/uploads/. /srv/skills-hub/data/uploads/
cd /srv/skills-hub && docker compose up -d --wait
\`\`\`

De même \`odoo-data\` vers \`data/odoo\`, \`mattermost-files\` vers \`data/mattermost\`.
\`skills_hub_avant\` et les \`*.~1~\` restent jusqu'à l'accord du responsable.
`;
