import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';

/** A request as a stranger might send it: its body as text, which need not be JSON. */
export interface FuzzedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const STRINGS = [
  '',
  '0',
  'a',
  'rms:device:1',
  'remoteit:access:80:00:00:00',
  'everyware:session:x',
  'rms:device:../../admin',
  'rms:device:%2e%2e%2f',
  'rms:device:1\r\nx-injected: 1',
  'a\u0000b',
  '\u202e\ud800',
  '横浜 🚪',
  "' OR 1=1 --",
  '{{7*7}}',
  '__proto__',
  'constructor',
  'null',
  'x'.repeat(5000),
];
const VARIABLES: Readonly<Record<string, string>> = { s: 'String', i: 'Int', b: 'Boolean = true', id: 'ID!' };
const NUMBERS = [0, 1, -1, 50, 500, 501, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1e308, 0.5];

/** Makes requests out of a schema: right ones, nearly right ones, and garbage; the same for the same seed. */
export class Fuzz {
  #state: number;

  constructor(
    private readonly schema: GraphQLSchema,
    seed: number,
  ) {
    this.#state = seed;
  }

  request(): FuzzedRequest {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (this.#chance(0.1))
      headers['cache-control'] = this.#of(['no-cache', 'max-age=0', 'max-age=x', 'max-age=99999999999']);
    if (this.#chance(0.1)) headers['x-explain'] = '1';
    if (this.#chance(0.05)) headers['accept'] = 'text/event-stream';
    if (this.#chance(0.1)) headers['x-request-id'] = this.#of(['ok', 'a"b', 'x'.repeat(300)]);
    if (this.#chance(0.03))
      return {
        headers,
        body: this.#of(['', '{', '[]', 'null', '1', '"x"', '{"query":1}', '[[[[', '{"query":"{"}']),
      };
    const query = this.#spoiled(this.#operation());
    const request = {
      query,
      variables: this.#chance(0.9) ? this.#variables() : this.#json(4),
      ...(this.#chance(0.1) ? { operationName: this.#of(STRINGS) } : {}),
      ...(this.#chance(0.05)
        ? { extensions: { persistedQuery: { version: 1, sha256Hash: this.#of(STRINGS) } } }
        : {}),
    };
    return { headers, body: JSON.stringify(this.#chance(0.03) ? [request, request] : request) };
  }

  #random(): number {
    // mulberry32: small, and the same everywhere.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #of<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new TypeError('Nothing to choose from.');
    return item;
  }

  #operation(): string {
    const mutation = this.schema.getMutationType();
    const query = this.schema.getQueryType();
    const root = this.#chance(0.1) && mutation ? mutation : query;
    if (!root) return '{ __typename }';
    const kind = root === query ? 'query' : 'mutation';
    const selection = this.#selection(root, 1 + Math.floor(this.#random() * 5));
    // What is declared is used, most of the time: else validation would refuse everything.
    const used = Object.keys(VARIABLES).filter(
      (name) => selection.includes(`$${name}`) || this.#chance(0.01),
    );
    const variables = used.map((name) => `$${name}: ${VARIABLES[name]}`).join(', ');
    const fragment = selection.includes('...F') ? ' fragment F on Device { id name }' : '';
    const name = this.#chance(0.2) ? '' : ' Q';
    return `${kind}${name}${variables === '' ? '' : `(${variables})`} ${selection}${fragment}`;
  }

  #selection(type: GraphQLOutputType | GraphQLObjectType, depth: number): string {
    const named = getNamedType(type);
    if (isAbstractType(named)) {
      const of = this.#of(this.schema.getPossibleTypes(named));
      return `{ __typename ... on ${of.name} ${this.#selection(of, depth)} }`;
    }
    if (!isObjectType(named)) return '';
    const fields = Object.values(named.getFields());
    const chosen = [
      ...new Set(Array.from({ length: 1 + Math.floor(this.#random() * 4) }, () => this.#of(fields))),
    ];
    const texts = chosen.map((field) => {
      const leaf = !isObjectType(getNamedType(field.type)) && !isAbstractType(getNamedType(field.type));
      if (!leaf && depth <= 0) return '__typename';
      const alias = this.#chance(0.1) ? `a${Math.floor(this.#random() * 1000)}: ` : '';
      const directive = this.#chance(0.1)
        ? this.#of([' @skip(if: $b)', ' @include(if: true)', ' @nothing'])
        : '';
      return `${alias}${field.name}${this.#arguments(field.args)}${directive} ${leaf ? '' : this.#selection(field.type, depth - 1)}`;
    });
    return `{ ${texts.join(' ')} ${named.name === 'Device' && this.#chance(0.1) ? '...F' : ''} }`;
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type }) => isNonNullType(type) || this.#chance(0.5));
    return given.length === 0
      ? ''
      : `(${given.map((arg) => `${arg.name}: ${this.#literal(arg.type, 3)}`).join(', ')})`;
  }

  #literal(type: GraphQLInputType, depth: number): string {
    if (this.#chance(0.03)) return this.#of(['null', '$s', '$i', '$id', '$none', '[[[]]]', '{}', 'ENUM']);
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return `[${Array.from({ length: Math.floor(this.#random() * 4) }, () => this.#literal(nullable.ofType, depth)).join(', ')}]`;
    }
    if (isEnumType(nullable)) return this.#of(nullable.getValues()).name;
    if (isInputObjectType(nullable) && depth > 0) {
      const fields = Object.values(nullable.getFields()).filter(
        ({ type: of }) => isNonNullType(of) || this.#chance(0.3),
      );
      return `{ ${fields.map((field) => `${field.name}: ${this.#literal(field.type, depth - 1)}`).join(', ')} }`;
    }
    if (isScalarType(nullable) && nullable.name === 'Int') return String(this.#of(NUMBERS));
    if (isScalarType(nullable) && nullable.name === 'Boolean') return this.#of(['true', 'false']);
    return JSON.stringify(this.#of(STRINGS));
  }

  #variables(): unknown {
    return {
      s: this.#of(STRINGS),
      i: this.#of([1, 50, 500, ...NUMBERS]),
      b: this.#chance(0.5),
      id: this.#of(STRINGS),
    };
  }

  #json(depth: number): unknown {
    const kind = Math.floor(this.#random() * (depth > 0 ? 6 : 4));
    if (kind === 0) return this.#of(STRINGS);
    if (kind === 1) return this.#of(NUMBERS);
    if (kind === 2) return this.#of([null, true, false]);
    if (kind === 3) return {};
    if (kind === 4) return Array.from({ length: 5 }, () => this.#json(depth - 1));
    return { s: this.#json(depth - 1), id: this.#json(depth - 1), ['__proto__']: this.#json(depth - 1) };
  }

  /** Mostly as it is; else with a piece taken out, doubled, or put in. */
  #spoiled(text: string): string {
    if (this.#chance(0.85)) return text;
    const at = Math.floor(this.#random() * text.length);
    const end = at + Math.floor(this.#random() * 20);
    const piece = this.#of([
      text.slice(at, end).repeat(2),
      '',
      '\u0000',
      '{',
      '}}}',
      '...',
      '"""',
      '#',
      '\ufeff',
      '$$',
      '&&|',
    ]);
    return text.slice(0, at) + piece + text.slice(end);
  }
}
