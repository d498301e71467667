import type { FoundText, SurveyedDump } from '../../archive/foreign-survey.ts';
import { showName } from '../../archive/entry-names.ts';
import type { ForeignFindings } from './foreign-archive.ts';
import type { PlacedDump } from './layout.ts';
import type { SourceTally } from './mapped-lines.ts';
import { sayCounted } from './tallies.ts';
import type { JudgedParts, Judgement } from './appraisal.ts';

/** A platform has a dozen; a forged dump may have as many as it likes. */
const MAX_ROLES = 1000;

type Known = Pick<ForeignFindings, 'name' | 'about' | 'layout' | 'lines'> & {
  dumpOf: (placed: PlacedDump) => SurveyedDump | undefined;
};

/** What is to be known of chosen parts of an archive that we did not make, before they are restored. */
export function judgeForeign(known: Known, { databases, files, loads = false }: JudgedParts): Judgement {
  const { name, about, layout, lines, dumpOf } = known;
  const { links, leftovers } = about.head.leftOut;
  const judgement: Judgement = {
    damage: [],
    warnings: [
      `${name} was made by the former script: nothing proves it but the SHA-256 that the vault's ledger has of it since it was adopted, and databases are compared with what their own dumps hold`,
      ...(loads && databases.length > 0
        ? [
            'functions and expressions in the dumps run with the rights of the configured database user: an archive in doubt belongs on a scratch server',
          ]
        : []),
      ...layout.absent.map(
        (source) => `${name} holds nothing for ${source} (foreign: in the configuration says where to look)`,
      ),
      ...lines.unmapped.say('nothing of what is configured, and not restored'),
      ...lines.hidden.say('left out, because they have names of something of ours'),
      ...sayCounted(links, 'left out, because they are links that lead out of the archive'),
      ...sayCounted(leftovers, 'left out, because macOS or another tar has left them behind'),
    ],
  };
  for (const placed of layout.dumps) {
    if (!databases.includes(placed.key)) continue;
    const fault = findDumpFault(dumpOf(placed));
    if (fault !== undefined) judgement.damage.push(`${placed.key} (${showName(placed.name)}): ${fault}`);
  }
  for (const [source, tally] of lines.sources) {
    if (files.includes(source)) judgeFiles(source, tally, lines.ownerOf(source), judgement);
  }
  return judgement;
}

function findDumpFault(dump: SurveyedDump | undefined): string | undefined {
  if (!dump) return 'it does not begin as a plain dump of pg_dump does, or is empty';
  const { isWhole, command, statement, isExcessive, hasInserts, hasWindowsLines, roles } = dump;
  if (hasWindowsLines) {
    return 'its lines end as on Windows (CR LF): it came through Windows, or an FTP in text mode, which changes what it holds: take the archive out (fetch), unpack a copy, turn the line ends back (sed -i "s/\\r$//"), pack that as another archive and adopt it';
  }
  if (command) return `it holds a command for psql, which is not run: ${show(command)}`;
  if (statement) {
    return `it holds a statement that this reader does not know of pg_dump, and nothing of it is loaded: ${show(statement)}; unpack it (--to) and look there: what is honest can be loaded by hand, on a server of its own first`;
  }
  if (!isWhole) return 'the dump is cut off: its last line is missing';
  if (isExcessive) return 'it names more tables, sequences and roles than any platform has';
  if (roles.length > MAX_ROLES) return `it names ${roles.length} roles, which nobody would create`;
  if (hasInserts) return 'its rows are INSERT statements, which nothing proves: unpack it (--to), and load it by hand';
  return undefined;
}

/** Its first words, and where it stands. */
function show({ text, line }: FoundText): string {
  return `${JSON.stringify(text.slice(0, 60))} (line ${line})`;
}

function judgeFiles(
  source: string,
  { rooted, masked, torn, outside }: SourceTally,
  owner: ReturnType<Known['lines']['ownerOf']>,
  { damage, warnings }: Judgement,
): void {
  const heir = owner
    ? `${owner.uid}:${owner.gid}, who owns ${source} now`
    : `nobody, since ${source} is not there: make its folder first, with the right owner`;
  warnings.push(
    ...rooted.say(`${source}: they belonged to root, as which the former script ran, and go to ${heir}`),
    ...masked.say(`${source}: they lose bits such as set-uid and writable by everybody`),
    ...outside.say(`${source}: left out, because they are links that lead out of it`),
  );
  damage.push(...torn.say(`${source}: hard links to what is no part of it`));
}
