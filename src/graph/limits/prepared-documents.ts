import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  NoFragmentCyclesRule,
  parse,
  Source,
  TokenKind,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { measureDocument } from './document-shape';
import { type OperationLimits, tooExpensive } from './operation-limits';
import type { PersistedDocuments } from './persisted-documents';
import { withoutPlainRepeats } from './plain-repeats';
import { conditionsAtRoot } from './subscription-root';

/** A document that was read and held against the rules, whoever asks. */
export interface PreparedDocument {
  /** Undefined where it cannot be read. */
  readonly document: DocumentNode | undefined;
  /** Why it is not executed, each with its code; none: it may be. Suggestions are still in their messages. */
  readonly errors: readonly GraphQLError[];
  /** True where it asks for the schema. */
  readonly introspects: boolean;
}

/** More mistakes than this are not told: whoever sends that many sends garbage. */
const MOST_ERRORS = 5;

const MOST_DOCUMENTS = 2000;
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * Reads documents: trust, tokens, form, size, validity, in this order, so that what is refused costs as little as can
 * be. Keeps what it found, also of those that it refused: the same text is not looked at twice.
 */
export class PreparedDocuments {
  readonly #kept = new LRUCache<string, PreparedDocument>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_CHARACTERS,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: OperationLimits,
    private readonly persisted: PersistedDocuments,
  ) {}

  /** The document of a text. */
  prepare(text: string): PreparedDocument {
    return this.byHash(createHash('sha256').update(text).digest('hex'), text);
  }

  /** The same, for who knows the SHA-256 of the text in hex. */
  byHash(sha256: string, text: string): PreparedDocument {
    const known = this.#kept.get(sha256);
    if (known !== undefined) return known;
    const prepared = this.#read(text);
    this.#kept.set(sha256, prepared, { size: text.length + 1 });
    return prepared;
  }

  /** The document of a SHA-256 that was prepared before; undefined where it was not, or long ago. */
  find(sha256: string): PreparedDocument | undefined {
    return this.#kept.get(sha256);
  }

  #read(text: string): PreparedDocument {
    const untrusted = this.persisted.refuse(text);
    if (untrusted !== undefined) return refused([untrusted]);
    const tokens = countTokens(text);
    if (tokens > this.limits.tokens) return refused([tooExpensive('tokens', tokens, this.limits.tokens)]);
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: this.limits.tokens });
    } catch (thrown) {
      return refused([withCode(thrown, 'GRAPHQL_PARSE_FAILED')]);
    }
    const errors = this.#check(document);
    return errors.length > 0 ? refused(errors) : this.#valid(withoutPlainRepeats(document));
  }

  #check(document: DocumentNode): readonly GraphQLError[] {
    const shape = measureDocument(document);
    const { limits } = this;
    const names = ['depth', 'introspectionDepth', 'aliases', 'rootFields', 'directives', 'repeats'] as const;
    const tooLarge = names.filter((name) => shape[name] > limits[name]);
    if (tooLarge.length > 0) return tooLarge.map((name) => tooExpensive(name, shape[name], limits[name]));
    // The other rules would follow a circle of fragments until the stack ends.
    if (shape.isCyclic) return this.#validate(document, [NoFragmentCyclesRule]);
    return conditionsAtRoot(document).map(invalid);
  }

  #valid(document: DocumentNode): PreparedDocument {
    const errors = this.#validate(document);
    return { document, errors, introspects: asksForSchema(document) };
  }

  #validate(document: DocumentNode, rules?: Parameters<typeof validate>[2]): readonly GraphQLError[] {
    const errors = validate(this.schema, document, rules, { maxErrors: MOST_ERRORS });
    return errors.map(invalid);
  }
}

function invalid(error: GraphQLError): GraphQLError {
  return withCode(error, 'GRAPHQL_VALIDATION_FAILED');
}

function refused(errors: readonly GraphQLError[]): PreparedDocument {
  return { document: undefined, errors, introspects: false };
}

/** How many tokens a text has, up to where it cannot be read. */
function countTokens(text: string): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch {
    // The parser says what is wrong with it; so far it is as long as this.
  }
  return tokens;
}

function withCode(thrown: unknown, code: string): GraphQLError {
  const error = thrown instanceof GraphQLError ? thrown : new GraphQLError('The document cannot be read.');
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}

/** Fields that show the schema: to clients, and to routers. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (SCHEMA_FIELDS.has(name.value)) asks = true;
    },
  });
  return asks;
}
