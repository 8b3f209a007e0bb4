import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const PROJECT = path.resolve(__dirname, '../..');

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The last heading before it. */
  readonly heading: string;
}

/** The text of a file of the project. */
export function readPage(name: string): string {
  return readFileSync(path.join(PROJECT, name), 'utf8');
}

/** Every page of the project, by its path from the top. */
export function pages(): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(path.join(PROJECT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => path.relative(PROJECT, path.join(entry.parentPath, entry.name)));
  const top = readdirSync(PROJECT).filter((name) => name.endsWith('.md'));
  return [...top, ...below('docs'), ...below('deploy'), ...below('examples'), ...below('src')];
}

/** The fenced blocks of a page, in order. */
export function blocks(page: string): readonly Block[] {
  const found: Block[] = [];
  let heading = '';
  let open: { language: string; lines: string[] } | undefined;
  for (const line of page.split('\n')) {
    const [, language] = /^```(\w*)$/.exec(line) ?? [];
    if (open === undefined && language !== undefined) open = { language, lines: [] };
    else if (open !== undefined && line === '```') {
      found.push({ language: open.language, text: open.lines.join('\n'), heading });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  return found;
}

/** The cells of every table row of a page, without the rows that only separate. */
export function rows(page: string): readonly (readonly string[])[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands in backticks. */
export function codes(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}
