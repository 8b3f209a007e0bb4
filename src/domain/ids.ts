import { badInput } from './errors';

/** The kinds of things that have an id of their own in the graph. */
export const NODE_KINDS = ['device', 'access', 'session'] as const;

/** One kind of thing with an id. */
export type NodeKind = (typeof NODE_KINDS)[number];

/** An id of the graph, taken apart: `<account>:<kind>:<local>`. */
export interface GlobalId {
  readonly account: string;
  readonly kind: NodeKind;
  /** Opaque to clients, may hold colons; what is needed to find the thing again at its vendor. */
  readonly local: string;
}

const ACCOUNT = /^[a-z0-9-]{1,32}$/;
/** The most characters that an id has. */
export const LONGEST_ID = 512;
// Control characters are in no vendor's ids, and must never reach a URL or a log line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** True for what may be the key of an account: 1 to 32 of a-z, 0-9 and the hyphen. */
export function isAccountKey(text: string): boolean {
  return ACCOUNT.test(text);
}

/** Writes an id: `rms:device:70810`. */
export function formatId(account: string, kind: NodeKind, local: string): string {
  return `${account}:${kind}:${local}`;
}

/**
 * Takes an id apart. Throws BAD_USER_INPUT where it is no id at all, or not of one of the kinds asked for; whether
 * the thing exists is not looked at.
 */
export function parseId(text: string, ...kinds: readonly NodeKind[]): GlobalId {
  const wanted = kinds.length === 0 ? NODE_KINDS : kinds;
  const [account = '', kind = ''] = text.split(':', 2);
  const local = text.slice(account.length + kind.length + 2);
  const known = wanted.find((candidate) => candidate === kind);
  if (
    text.length > LONGEST_ID ||
    !isAccountKey(account) ||
    known === undefined ||
    local === '' ||
    CONTROL.test(local)
  ) {
    throw badInput(`Not ${describe(wanted)}: an id looks like ${example(wanted)}.`);
  }
  return { account, kind: known, local };
}

const NAMES: Readonly<Record<NodeKind, string>> = {
  device: 'the id of a device',
  access: 'the id of a remote access',
  session: 'the id of a session',
};

function describe(kinds: readonly NodeKind[]): string {
  const [only] = kinds;
  return kinds.length === 1 && only !== undefined ? NAMES[only] : 'an id of this graph';
}

function example(kinds: readonly NodeKind[]): string {
  return `"<account>:${kinds.join('|')}:<the vendor's own id>"`;
}
