import { type Document, isMap, isScalar, isSeq, parseDocument, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { Failure } from '../../../logging/failure.ts';
import type { ToolkitIdentity } from './toolkit.ts';

/** The first words of every workflow that `init` writes: by them it knows its own. */
export const workflowMark = '# Written by `continuity init`';

export interface DerivationOptions {
  /** File name, for messages. */
  readonly name: string;
  /** The toolkit's own workflow. */
  readonly source: string;
  readonly toolkit: ToolkitIdentity;
  /** Environment variables with connection strings, as continuity.yml names them. */
  readonly urlEnvs: readonly string[];
}

const localAction = /^\.\/\.continuity\/actions\/([a-z-]+)$/;

/**
 * Makes an application's workflow out of the toolkit's own: the toolkit is no longer checked out but named by its commit,
 * nobody calls it, and it hands over the connection strings of the application.
 * @throws Failure `failed` where the source is not of the form that is known here.
 */
export function deriveWorkflow({ name, source, toolkit, urlEnvs }: DerivationOptions): string {
  const document = parseDocument(source);
  if (document.errors.length > 0 || !isMap(document.contents)) throw refuse(name, 'it is no YAML');
  if (!isMap(document.get('on'))) throw refuse(name, 'its triggers are no mapping');
  document.deleteIn(['on', 'workflow_call']);
  const declared = namesOf(document.getIn(['on', 'workflow_dispatch', 'inputs']));
  let actions = 0;
  for (const steps of findSteps(document)) {
    steps.items = steps.items.filter((step) => !(isMap(step) && step.getIn(['with', 'path']) === '.continuity'));
    for (const step of steps.items) {
      const uses: unknown = isMap(step) ? step.get('uses', true) : undefined;
      const action = isScalar(uses) ? localAction.exec(String(uses.value))?.[1] : undefined;
      if (!isMap(step) || !isScalar(uses) || action === undefined) continue;
      actions += 1;
      uses.value = `${toolkit.repository}/actions/${action}@${toolkit.commit}`;
      uses.comment = ` v${toolkit.version}`;
      handOver(document, step, urlEnvs);
    }
  }
  if (actions === 0) throw refuse(name, 'none of its steps uses ./.continuity/actions');
  dropNeedlessReading(document);
  forgetInputs(document, declared);
  const body = document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
  if (body.includes('.continuity/')) throw refuse(name, 'something in it still needs a checkout of the toolkit');
  return `${writeMark(toolkit)}${dropCallers(body)}`;
}

/** Two lines at the top of every workflow. */
export function writeMark({ repository, commit, version }: ToolkitIdentity): string {
  return `${workflowMark}, version ${version} of ${repository} (${commit}).\n# Run it again from a newer clone to upgrade; it shows what would change, and asks.\n#\n`;
}

function findSteps(document: Document): YAMLSeq[] {
  const jobs = document.get('jobs');
  if (!isMap(jobs)) return [];
  return jobs.items.flatMap(({ value }) => {
    const steps = isMap(value) ? value.get('steps') : undefined;
    return isSeq(steps) ? [steps] : [];
  });
}

/** Connection strings: those of the application in place of the toolkit's. */
function handOver(document: Document, step: YAMLMap, urlEnvs: readonly string[]): void {
  const env = step.get('env');
  if (!isMap(env)) return;
  const isConnection = (key: unknown, value: unknown) =>
    isScalar(key) &&
    isScalar(value) &&
    /_URL$/.test(String(key.value)) &&
    value.value === `\${{ secrets.${String(key.value)} }}`;
  const others = env.items.filter(({ key, value }) => !isConnection(key, value));
  if (others.length === env.items.length) return;
  env.items = [...urlEnvs.map((name) => document.createPair(name, `\${{ secrets.${name} }}`)), ...others];
  if (env.items.length === 0) step.delete('env');
}

/** A job that checks nothing out any more needs no right to. */
function dropNeedlessReading(document: Document): void {
  const jobs = document.get('jobs');
  if (!isMap(jobs)) return;
  for (const { value: job } of jobs.items) {
    if (!isMap(job) || String(job.get('steps')).includes('actions/checkout@')) continue;
    job.deleteIn(['permissions', 'contents']);
  }
}

/** Inputs that only a caller could give: nobody calls this file. */
function forgetInputs(document: Document, declared: ReadonlySet<string>): void {
  const isUnknown = (name: string) => !declared.has(name);
  visit(document, {
    Pair(_key, { value }) {
      if (!isScalar(value) || typeof value.value !== 'string') return undefined;
      const alone = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value.value)?.[1];
      if (alone !== undefined && isUnknown(alone)) return visit.REMOVE;
      const text = value.value.replace(/inputs\.([a-z-]+) \|\| /g, (whole, name: string) =>
        isUnknown(name) ? '' : whole,
      );
      // What is left may be a plain text.
      if (text !== value.value) value.value = text.replace(/^\$\{\{ '([^']*)' \}\}$/, '$1');
      return undefined;
    },
  });
}

/** The head of the file: what it says of its callers is not true of this one. */
function dropCallers(body: string): string {
  return body.replace(/^(#\n)?# Other repositories call this file[^\n]*\n(?:# [^\n]*\n)*/m, '');
}

function namesOf(map: unknown): Set<string> {
  return new Set(isMap(map) ? map.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : []);
}

function refuse(name: string, reason: string): Failure {
  return new Failure(
    'failed',
    `the toolkit's workflow ${name} cannot be turned into an application's: ${reason}`,
    'Use a released version of the toolkit, unchanged.',
  );
}
