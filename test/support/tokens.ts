import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Scope } from '../../src/domain/principal';

/** A caller of a test by its token in plain text. */
export interface TestCaller {
  readonly token: string;
  readonly subject: string;
  readonly scopes: readonly Scope[];
  readonly accounts?: readonly string[];
}

/** The text of a list of callers as the service reads it. */
export function tokensText(callers: readonly TestCaller[]): string {
  const rows = callers.map(({ token, ...caller }) => ({
    sha256: createHash('sha256').update(token).digest('hex'),
    ...caller,
  }));
  return JSON.stringify(rows);
}

/** A file with such a list, in a folder of its own. */
export async function tokensFile(callers: readonly TestCaller[]): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'drawbridge-tokens-')), 'tokens.json');
  await writeFile(file, tokensText(callers));
  return file;
}
