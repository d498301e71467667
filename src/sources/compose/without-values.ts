/** Where docker, in what it says of a project's files, comes to the value that it could not read. */
const valueAhead = [
  // Of a `.env` or an `env_file:`; what should have been a name may be part of a key.
  'unexpected character',
  'unterminated quoted value',
  'invalid template',
  String.raw`failed to read \S.*?: required variable \w+ is missing a value`,
  // Of a compose file, in which `.env` may have filled it in.
  String.raw`invalid interpolation format for [^\s:]+`,
  "error decoding '[^']*'",
  'expected type',
  String.raw`cannot unmarshal !!\w+`,
  'invalid (?:hostPort|containerPort|ip address|spec)',
].join('|');

// At the beginning: it reads the files before all else, and what follows may be the output of a build.
const preface = String.raw`(?:time=.*\n|decoding failed.*\n|\d+ error.*\n|yaml: unmarshal errors:\n|[\s*])*`;
const untilValue = new RegExp(String.raw`^${preface}.*?(?:${valueAhead})(?=[\s\S])`, 'i');

/**
 * What docker wrote, but for values of the project's files: it repeats what it could not read, and in a `.env` that is a
 * password, or a line of a key. File, line and key stay.
 */
export function leaveOutValues(stderr: string): string {
  return untilValue.exec(stderr)?.[0] ?? stderr;
}
