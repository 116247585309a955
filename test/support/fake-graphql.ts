/** As much of GraphQL as a test server needs: one query, its variables with their types, arguments, and nested fields. */

export interface Selection {
  name: string;
  /** The arguments with the variables put in. */
  values: Record<string, unknown>;
  fields: Selection[];
}

const TOKEN = /\s*([A-Za-z_]\w*|\$\w+|[{}()[\]:!,])/y;

/** @throws Error for whatever is no such query, or asks for a variable that was not given */
export function parseQuery(query: string, variables: Record<string, unknown> = {}): Selection[] {
  const words = wordsOf(query);
  take(words, 'query');
  if (words[0] !== '{' && words[0] !== '(') words.shift();
  if (words[0] === '(') readDeclarations(words, variables);
  const fields = readFields(words, variables);
  if (words.length > 0) throw new Error(`not a valid graphql query: ${words[0]} behind its end`);
  return fields;
}

function wordsOf(query: string): string[] {
  const words: string[] = [];
  const text = query.trimEnd();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const start = TOKEN.lastIndex;
    const word = TOKEN.exec(text)?.[1];
    if (word === undefined) throw new Error(`not a valid graphql query: ${text.slice(start, start + 20)}`);
    words.push(word);
  }
  return words;
}

/** A variable that must be there is missed here, as by the real one. */
function readDeclarations(words: string[], variables: Record<string, unknown>): void {
  take(words, '(');
  while (words[0] !== ')') {
    const name = String(words.shift()).slice(1);
    take(words, ':');
    let type = '';
    while (words.length > 0 && words[0] !== ',' && words[0] !== ')') type += words.shift();
    if (words[0] === ',') words.shift();
    if (type.endsWith('!') && variables[name] == null) throw new Error(`expecting a value for non-nullable "${name}"`);
  }
  take(words, ')');
}

function readFields(words: string[], variables: Record<string, unknown>): Selection[] {
  take(words, '{');
  const fields: Selection[] = [];
  while (words[0] !== '}') {
    const name = words.shift();
    if (name === undefined || !/^\w+$/.test(name)) throw new Error('not a valid graphql query: a field is missing');
    const values = words[0] === '(' ? readArguments(words, variables) : {};
    fields.push({ name, values, fields: words[0] === '{' ? readFields(words, variables) : [] });
  }
  take(words, '}');
  return fields;
}

function readArguments(words: string[], variables: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  take(words, '(');
  while (words[0] !== ')') {
    const name = String(words.shift());
    take(words, ':');
    const variable = String(words.shift());
    if (!variable.startsWith('$') || !(variable.slice(1) in variables)) throw new Error(`${variable} is not given`);
    values[name] = variables[variable.slice(1)];
    if (words[0] === ',') words.shift();
  }
  take(words, ')');
  return values;
}

function take(words: string[], word: string): void {
  const found = words.shift();
  if (found !== word) throw new Error(`not a valid graphql query: ${word} expected, ${found ?? 'its end'} found`);
}
