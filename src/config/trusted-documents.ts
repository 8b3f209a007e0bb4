import { resolve } from 'node:path';
import { z } from 'zod';
import { type ReadFile, whyUnreadable } from './read-text';
import { type Environment, type Problems, textOf } from './variables';

/** What Apollo's generator writes, and `npm run persist`. */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

/** What GraphQL Code Generator writes: texts by their hashes. */
const map = z.record(z.string().min(1), z.string().min(1));

const PLACE = { name: 'TRUSTED_DOCUMENTS', example: 'TRUSTED_DOCUMENTS=./persisted-documents.json' };

/** Where the list of trusted documents is read from. */
export interface TrustedDocumentsOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly readFile: ReadFile;
  readonly problems: Problems;
}

/** The only documents that are executed, by name; undefined where any may be. What is wrong goes to the problems. */
export function readTrustedDocuments({
  env,
  cwd,
  readFile,
  problems,
}: TrustedDocumentsOptions): ReadonlyMap<string, string> | undefined {
  const path = textOf(env, PLACE.name);
  if (path === undefined) return undefined;
  const place = { ...PLACE, name: `${PLACE.name} ${path}` };
  let text: string;
  try {
    text = readFile(resolve(cwd, path));
  } catch (thrown) {
    problems.wrongValue(place, `cannot be read: ${whyUnreadable(thrown)}`);
    return undefined;
  }
  const documents = documentsOf(text);
  if (documents !== undefined && documents.size > 0) return documents;
  problems.wrongValue(
    place,
    'must hold documents: either a manifest of persisted queries, or one object with the text of each under its hash',
  );
  return undefined;
}

function documentsOf(text: string): ReadonlyMap<string, string> | undefined {
  const json = jsonOf(text);
  const listed = manifest.safeParse(json);
  if (listed.success) return new Map(listed.data.operations.map(({ id, body }) => [id, body]));
  const mapped = map.safeParse(json);
  return mapped.success ? new Map(Object.entries(mapped.data)) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The caller says what was expected.
    return undefined;
  }
}
