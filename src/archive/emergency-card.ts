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

## 1. L'archive (attaque : une d'AVANT, pas la dernière), en root, 3 fois sa taille libre

\`\`\`sh
mkdir -p /srv/reprise && chmod 700 /srv/reprise && cd /srv/reprise
ssh -p 4660 ADMIN@172.16.95.98 'ls -lt /srv/tc-data/backups | head -20'
scp -P 4660 ADMIN@172.16.95.98:/srv/tc-data/backups/backup_full_2026-11-26.tar.gz .
gzip -t backup_full_2026-11-26.tar.gz && echo ENTIERE
tar -xpzf backup_full_2026-11-26.tar.gz --numeric-owner
for f in db/*.sql; do tail -n 8 "$f" | grep -q 'dump complete' || echo "COUPE : $f"; done
# ENTIERE doit s'afficher, COUPE jamais ; sinon prendre l'archive de la veille.
\`\`\`

## 2. Machine neuve seulement : Debian, Docker avec Compose 2, age ; puis les secrets

\`\`\`sh
age -d -i recovery-key.txt kit/secrets.tar.age | tar -xpf - --numeric-owner -C kit
mkdir -p /srv/skills-hub/data && cp -a kit/files/. /srv/skills-hub/ && cd /srv/skills-hub
docker compose up -d --wait app-db keycloak-db odoo-db mattermost-db
\`\`\`

## 3. Chaque base : les lignes d'App, avec les mots de sa ligne à la place de ceux d'App

\`\`\`sh
# arrêter     PSQL           -U, OWNER  base        globals-…   dump
# app         app-db         app        skills_hub  app         app
# keycloak    keycloak-db    keycloak   keycloak    keycloak    keycloak
# odoo        odoo-db        odoo       BASE        odoo        odoo.BASE, sauf postgres
# mattermost  mattermost-db  mmuser     mattermost  mattermost  mattermost
cd /srv/skills-hub && docker compose stop app
PSQL='docker compose exec -T app-db psql -X -U app'
#PSQL='runuser -u postgres -- psql -X'  # PostgreSQL sur la machine : sans le premier #
grep '^CREATE ROLE' /srv/reprise/db/globals-app.sql | $PSQL -d postgres  # existe : normal
#$PSQL -d postgres < /srv/reprise/db/globals-app.sql  # machine neuve : sans le premier #
$PSQL -d postgres -c 'CREATE DATABASE neuve TEMPLATE template0 OWNER app'
$PSQL -d neuve -v ON_ERROR_STOP=1 -q -1 < /srv/reprise/db/app.sql && echo CHARGEE
# Sans CHARGEE, ne rien renommer. Base absente : le premier renommage échoue, sans mal.
$PSQL -d postgres -c 'ALTER DATABASE skills_hub RENAME TO skills_hub_avant'
$PSQL -d postgres -c 'ALTER DATABASE neuve RENAME TO skills_hub'
\`\`\`

## 4. Les fichiers perdus (un portfolio : \`uploads/student_0042/.\`), puis tout redémarrer

\`\`\`sh
cp -a --backup=numbered /srv/reprise/uploads/. /srv/skills-hub/data/uploads/
cp -a --backup=numbered /srv/reprise/odoo-data/. /srv/skills-hub/data/odoo/
cp -a --backup=numbered /srv/reprise/odoo-addons/. /srv/skills-hub/data/odoo-addons/
cp -a --backup=numbered /srv/reprise/mattermost-files/. /srv/skills-hub/data/mattermost/
cd /srv/skills-hub && docker compose up -d --wait
# skills_hub_avant et les *.~1~ restent jusqu'à l'accord du responsable.
\`\`\`
`;
