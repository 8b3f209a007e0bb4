import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Kind, parse } from 'graphql';

/** One example operation of the playground: a tab on the first visit, and an entry of the Examples panel. */
export interface Example {
  /** The operation's name; GraphiQL names the tab after it. Unique among the examples. */
  readonly name: string;
  /** The first comment line. */
  readonly title: string;
  /** The comment after it, in one paragraph: what the example shows and why. */
  readonly description: string;
  /** The whole file, comments included. */
  readonly query: string;
  /** JSON text of `<same name>.variables.json`, empty where there is none. */
  readonly variables: string;
}

/**
 * Reads the examples of a folder, ordered by file name (hence the numeric prefix).
 *
 * @throws where a file does not parse, does not hold exactly one named operation, or does not begin with a comment.
 */
export async function readExamples(folder: string): Promise<readonly Example[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const present = new Set(await readdir(folder));
  return Promise.all(
    names.map(async (name) => {
      const query = await readFile(path.join(folder, name), 'utf8');
      const beside = name.replace(/\.graphql$/, '.variables.json');
      const variables = present.has(beside) ? await readFile(path.join(folder, beside), 'utf8') : '';
      return describeExample(name, query, variables);
    }),
  );
}

/** Takes an example's name, title and description out of its text; `file` is only named in errors. */
export function describeExample(file: string, query: string, variables: string): Example {
  const operations = parse(query).definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const name = operations[0]?.name?.value;
  if (operations.length !== 1 || name === undefined) {
    throw new Error(`${file}: an example holds exactly one operation, and it has a name`);
  }
  const [title, ...rest] = leadingComment(query);
  if (title === undefined || title === '') {
    throw new Error(`${file}: an example begins with a comment line, its title`);
  }
  return { name, title, description: rest.filter(Boolean).join(' '), query, variables };
}

function leadingComment(query: string): readonly string[] {
  const lines = query.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines.slice(0, end).map((line) => line.slice(1).trim());
}
