/** What stands in a template for a value to come, or for none: PASSWORD, <password>, @writer@, ***. */
const standIns =
  /^(?:[A-Z]+(?:[_ -][A-Z]+)*|<[^<>]*>|@[\w-]+@|\*[\w*-]*|\.{3}|…|x{3,}|null|undefined|none|~|(?:true|false)(?:[`\s].*)?)$/;

/** Values that are put in at run time: $NAME, ${name}, $(command), {{ name }}, %s, %(name)s. */
const runTime = /^\$[\w(@*{]|\$\{|\$\(|\{\{|^%[sdj]$|^%\(/;

/** @returns whether a text in a secret's place is no secret */
export function isPlaceholder(value) {
  return value === '' || standIns.test(value) || runTime.test(value);
}

/** Bits per character, by how often each occurs. */
function measureEntropy(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Words and numbers in a row: paths, hosts, versions, kebab-case. */
const words = /^[/._~-]?(?:[A-Z]?[a-z]+|[A-Z]+|\d+)(?:[/._~-]+(?:[A-Z]?[a-z]+|[A-Z]+|\d+))*[/=]?$/;

/** @returns whether nobody would write a text by hand: words, even long ones, have fewer bits */
export function looksRandom(text) {
  if (text.length < 20 || !/^[\w+/=.~-]+$/.test(text) || !/[A-Za-z]/.test(text) || words.test(text)) return false;
  if (/^[0-9a-f-]+$/i.test(text)) return measureEntropy(text) >= 3;
  return measureEntropy(text) >= (/\d/.test(text) ? 3.7 : 4.4);
}
