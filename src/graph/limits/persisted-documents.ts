import { GraphQLError, parse, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../../domain/errors';

const MOST_DOCUMENTS = 1000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Documents that callers name in place of sending them. Where an operator lists trusted ones, those are all that is ever
 * executed; else callers leave theirs here by the SHA-256 of the text, as many as fit.
 */
export class PersistedDocuments {
  readonly #left = new LRUCache<string, string>({ max: MOST_DOCUMENTS, maxSize: MOST_CHARACTERS });
  readonly #trusted: ReadonlyMap<string, string> | undefined;
  readonly #texts: ReadonlySet<string>;

  /** `trusted`: texts by the names that callers use for them; undefined: every document may be executed. */
  constructor(trusted: ReadonlyMap<string, string> | undefined) {
    this.#trusted = trusted;
    this.#texts = new Set([...(trusted?.values() ?? [])].flatMap((text) => [text, normalized(text)]));
  }

  /** The text of a name; undefined where it is not known. */
  find(name: string): string | undefined {
    return this.#trusted === undefined ? this.#left.get(name) : this.#trusted.get(name);
  }

  /** Keeps a text under its SHA-256 in hex, which the caller has checked. A list of trusted documents takes none. */
  keep(sha256: string, text: string): void {
    if (this.#trusted === undefined) this.#left.set(sha256, text, { size: text.length + 1 });
  }

  /** PERSISTED_QUERY_NOT_SUPPORTED for a text that is not on the list of trusted ones; undefined where it may run. */
  refuse(text: string): GraphQLError | undefined {
    if (this.#trusted === undefined || this.#texts.has(text) || this.#texts.has(normalized(text))) {
      return undefined;
    }
    return persistedError(
      'PERSISTED_QUERY_NOT_SUPPORTED',
      'Only the documents of a list are executed here, and this one is not on it.',
    );
  }
}

/** A document that is named and cannot be had: the message is the one that clients know. */
export function persistedError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Blanks and comments do not make another document. */
function normalized(text: string): string {
  try {
    return print(parse(text, { noLocation: true, maxTokens: 20_000 }));
  } catch {
    // What cannot be read is no document of any list.
    return text;
  }
}
