import { readFileSync } from 'node:fs';

/** Reads the whole text of a file at an absolute path; throws where it cannot. */
export type ReadFile = (path: string) => string;

/** Reads from the disk, as UTF-8. */
export const readFromDisk: ReadFile = (path) => readFileSync(path, 'utf8');

/** Why a file could not be read: the system's code, such as ENOENT, and what it means. */
export function whyUnreadable(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'reading it is not permitted',
    EISDIR: 'it is a folder',
  };
  return Object.hasOwn(known, code) ? `${known[code]} (${code})` : code;
}
