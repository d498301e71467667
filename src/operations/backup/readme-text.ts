/**
 * `LISEZMOI.txt`, in every archive: how to restore by hand with tar and psql alone. In French, for whoever opens an
 * archive in a crisis without this toolkit; without dates or names, so that it is the same every night.
 */
export const README_TEXT = `SAUVEGARDE COMPLÈTE DE LA PLATEFORME SKILLS HUB
================================================

Cette archive se suffit à elle-même : tar et psql permettent de tout restaurer,
sans aucun autre outil.

Contenu
-------
  db/globals-<source>.sql  rôles du serveur PostgreSQL (sans les données)
  db/<base>.sql            une base de données, en SQL
  <source>/                les fichiers d'une source (par exemple uploads/)
  kit/                     le kit de reprise : fichiers compose, configuration,
                           et les secrets chiffrés (kit/secrets.tar.age)
  CARTE-URGENCE.md         la marche à suivre en une page, à imprimer
  manifest.json            ce qui a été sauvegardé, avec les empreintes
  stargz.index.json        table des matières (utile aux outils, pas à vous)

Restaurer à la main
-------------------
1. Extraire l'archive dans un dossier VIDE, en tant que root :

     mkdir /srv/restauration && cd /srv/restauration
     tar --extract --gzip --numeric-owner --preserve-permissions --file /chemin/vers/backup_full_AAAA-MM-JJ.tar.gz

2. Vérifier que chaque base est entière : sa fin doit contenir la ligne
   « -- PostgreSQL database dump complete » :

     tail -n 8 db/app.sql

3. Les rôles. Sur un serveur neuf, avec leurs mots de passe d'alors :

     psql -X -f db/globals-app.sql postgres

   Sur un serveur qui sert, seulement ceux qui manquent : le fichier entier
   remettrait aussi les anciens mots de passe de ceux qui servent :

     grep '^CREATE ROLE' db/globals-app.sql | psql -X postgres

   « already exists » est normal. Un rôle créé ainsi n'a encore ni mot de passe
   ni droit de connexion : sa ligne ALTER ROLE du même fichier les lui donne.

4. Une base NEUVE, et y charger le SQL (jamais dans une base qui sert encore) :

     createdb --template=template0 --owner=app skills_hub_restauree
     psql -X -v ON_ERROR_STOP=1 -1 -f db/app.sql skills_hub_restauree

   L'encodage, la collation et le propriétaire d'origine de chaque base sont
   dans manifest.json.

5. Arrêter l'application, renommer l'ancienne base puis la nouvelle, copier les
   fichiers à leur place, redémarrer :

     psql -X -c 'ALTER DATABASE skills_hub RENAME TO skills_hub_ancienne' postgres
     psql -X -c 'ALTER DATABASE skills_hub_restauree RENAME TO skills_hub' postgres
     cp --archive uploads/. /srv/skills-hub/data/uploads/

Sur une machine vierge : le kit de reprise
------------------------------------------
  kit/files/    va à la racine de la plateforme (par exemple /srv/skills-hub)
  kit/host/     va à la racine de la machine (/)
  kit/volumes/  va dans les volumes Docker du même nom

Les mots de passe, le fichier .env et les certificats sont chiffrés. Il faut la
clé privée de reprise (une ligne AGE-SECRET-KEY-1…), que l'équipe garde hors
ligne, et le programme age (paquet Debian « age ») :

     age -d -i /media/usb/cle.txt kit/secrets.tar.age | tar --extract --numeric-owner --preserve-permissions -C kit

Les secrets rejoignent alors les autres fichiers de kit/. Si secrets.tar.age
n'existe pas, aucun destinataire n'était configuré : manifest.json (« kit ») le
dit, et les secrets sont à reprendre ailleurs.

Ne supprimez rien de l'ancien avant d'avoir vérifié le nouveau.
`;
