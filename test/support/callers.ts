import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES, type Scope } from '../../src/domain/principal';

/** A caller as a token file lists it; the token is its name with `-token` behind it. */
export interface ListedCaller {
  readonly scopes?: readonly Scope[];
  readonly accounts?: readonly string[];
}

/** A token file on the disk. */
export interface CallersFile {
  /** The variables that a service lets these callers in with, and nobody else. */
  readonly env: Readonly<Record<string, string>>;
  readonly file: string;
  /** Writes other callers in place of these. */
  write(callers: Readonly<Record<string, ListedCaller>>): void;
  remove(): Promise<void>;
}

/** The token of a caller. */
export const tokenOf = (name: string): string => `${name}-token`;

/** What a caller sends along. */
export const bearer = (name: string): { readonly authorization: string } => ({
  authorization: `Bearer ${tokenOf(name)}`,
});

/** The text of a token file. */
export function tokensText(callers: Readonly<Record<string, ListedCaller>>): string {
  const listed = Object.entries(callers).map(([subject, { scopes = SCOPES, accounts }]) => ({
    sha256: createHash('sha256').update(tokenOf(subject)).digest('hex'),
    subject,
    scopes,
    ...(accounts === undefined ? {} : { accounts }),
  }));
  return JSON.stringify(listed);
}

/** Makes a token file with callers; without scopes of their own they have all. */
export async function callersFile(callers: Readonly<Record<string, ListedCaller>>): Promise<CallersFile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-callers-'));
  const file = path.join(folder, 'tokens.json');
  const write = (others: Readonly<Record<string, ListedCaller>>): void =>
    writeFileSync(file, tokensText(others));
  write(callers);
  return {
    env: { AUTH_TOKENS_FILE: file, AUTH_DISABLED: '0' },
    file,
    write,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
