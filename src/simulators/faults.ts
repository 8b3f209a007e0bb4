/**
 * What goes wrong. The kinds status, html, empty, json, redirect, huge, reset, hang and lose-request answer in place of the
 * vendor, so a write is not committed; malformed, truncated, gzip, reset-mid-body, delay, hold, drip and lose-answer spoil
 * the vendor's own answer, so it is. `commit` on the rule overrules that for the kinds of the first group.
 */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A web page where JSON is expected, with status 200 unless told. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The vendor's answer, made invalid as JSON. */
  | { readonly kind: 'malformed' }
  /** The first half of the vendor's answer, as a complete HTTP message. */
  | { readonly kind: 'truncated' }
  /** The vendor's answer, compressed; `broken`: what arrives cannot be decompressed; `bytes`: blown up to that size. */
  | { readonly kind: 'gzip'; readonly broken?: boolean; readonly bytes?: number }
  /** No body, with status 200 unless told. */
  | { readonly kind: 'empty'; readonly status?: number }
  /** Any JSON, for wrong types; with status 200 unless told. */
  | { readonly kind: 'json'; readonly body: unknown; readonly status?: number }
  /** The connection is reset before any header. */
  | { readonly kind: 'reset' }
  /** The connection breaks after the headers and half of the body. */
  | { readonly kind: 'reset-mid-body' }
  /** No answer until the client gives up. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer waits for `release` of the handle. */
  | { readonly kind: 'hold' }
  /** The answer arrives in small pieces: `bytes` (default 1) every `everyMs` (default 50). */
  | { readonly kind: 'drip'; readonly bytes?: number; readonly everyMs?: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** A JSON text of that many bytes; Infinity never ends (null where it came as JSON). */
  | { readonly kind: 'huge'; readonly bytes: number | null }
  /** The write is committed, then the connection is reset. */
  | { readonly kind: 'lose-answer' }
  /** The connection is reset before the write is committed. */
  | { readonly kind: 'lose-request' };

/** A fault and the calls it befalls. */
export type FaultRule = Fault & {
  /** The route as the call log names it; left out: every route. */
  readonly route?: string;
  /** Only calls whose path with its query contains this. */
  readonly pathIncludes?: string;
  /** Only calls whose body, as JSON, contains this. */
  readonly bodyIncludes?: string;
  /** Lets that many matching calls through first; default 0. */
  readonly after?: number;
  /** Befalls that many calls; left out: until cleared. */
  readonly times?: number;
  /** True: the vendor does its work before the fault plays. */
  readonly commit?: boolean;
};

/** A rule in force. */
export interface FaultHandle {
  /** The calls it has befallen so far. */
  readonly hits: number;
  /** Lets the calls that a "hold" keeps waiting go on, and ends the rule. */
  release(): void;
  /** Ends the rule; calls it holds go on. */
  remove(): void;
}

/** The faults of one simulator; the first rule that fits a call befalls it. */
export interface Faults {
  add(rule: FaultRule): FaultHandle;
  clear(): void;
}

/** A rule taken for one call; `released` settles when a hold is over. */
export interface TakenFault {
  readonly rule: FaultRule;
  readonly released: Promise<void>;
}

/** The faults as the server sees them: it also takes. */
export interface TakeableFaults extends Faults {
  take(route: string, target: string, body?: unknown): TakenFault | undefined;
}

/** All kinds of faults, for checking rules that came as JSON. */
export const FAULT_KINDS: readonly Fault['kind'][] = [
  'status',
  'html',
  'malformed',
  'truncated',
  'gzip',
  'empty',
  'json',
  'reset',
  'reset-mid-body',
  'hang',
  'delay',
  'hold',
  'drip',
  'redirect',
  'huge',
  'lose-answer',
  'lose-request',
];

/** Makes an empty set of faults. */
export function createFaults(): TakeableFaults {
  let rules: ActiveRule[] = [];
  return {
    add: (rule) => {
      const active = new ActiveRule(rule);
      rules.push(active);
      const remove = (): void => {
        rules = rules.filter((other) => other !== active);
        active.release();
      };
      return {
        get hits() {
          return active.hits;
        },
        release: remove,
        remove,
      };
    },
    clear: () => {
      const cleared = rules;
      rules = [];
      for (const active of cleared) active.release();
    },
    take: (route, target, body) => {
      for (const active of rules) {
        const taken = active.take(route, target, body);
        if (taken !== undefined) return taken;
      }
      return undefined;
    },
  };
}

class ActiveRule {
  hits = 0;
  release: () => void = () => {};
  readonly #released: Promise<void>;
  #seen = 0;

  constructor(private readonly rule: FaultRule) {
    this.#released = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  take(route: string, target: string, body: unknown): TakenFault | undefined {
    const { rule } = this;
    if (rule.route !== undefined && rule.route !== route) return undefined;
    if (rule.pathIncludes !== undefined && !target.includes(rule.pathIncludes)) return undefined;
    if (rule.bodyIncludes !== undefined && !(JSON.stringify(body) ?? '').includes(rule.bodyIncludes)) {
      return undefined;
    }
    if (this.hits >= (rule.times ?? Number.POSITIVE_INFINITY)) return undefined;
    this.#seen += 1;
    if (this.#seen <= (rule.after ?? 0)) return undefined;
    this.hits += 1;
    return { rule, released: this.#released };
  }
}
