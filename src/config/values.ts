import { isIP, isIPv4 } from 'node:net';
import { ACCESS_PROTOCOLS, type AccessProtocol } from '../domain/remote-access';
import { nearest, quote } from './nearest';

/** A value that was read, or the rest of a sentence that begins with its name: "must be …". Never with a secret. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: string };

/** Reads a value from its text, which is not empty. */
export type Parse<T> = (text: string) => Read<T>;

/** A value that could be read. */
export function right<T>(value: T): Read<T> {
  return { ok: true, value };
}

/** A value that could not be read. */
export function wrong<T>(sentence: string): Read<T> {
  return { ok: false, wrong: sentence };
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): Parse<number> {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return right(number);
    return wrong(`must be a whole number from ${least} to ${most}, not ${quote(text)}`);
  };
}

/** One of a few names, in any letter case. */
export function oneOf<T extends string>(names: readonly T[]): Parse<T> {
  return (text) => {
    const found = names.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return right(found);
    const near = nearest(text, names);
    return wrong(`must be one of ${names.join(', ')}, not ${quote(text)} (nearest: ${near})`);
  };
}

/** Something that is on or off. */
export const flag: Parse<boolean> = (text) => {
  const word = text.toLowerCase();
  if (word === '1' || word === 'true') return right(true);
  if (word === '0' || word === 'false') return right(false);
  return wrong(`must be 1 or true, 0 or false, not ${quote(text)}`);
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Any text on one line. */
export const plainText: Parse<string> = (text) =>
  CONTROL.test(text) ? wrong('must not hold a line break or another control character') : right(text);

/** An http or https URL without credentials. Never quoted, for they might be in it. */
export const webUrl: Parse<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return wrong('must be a URL, and what is set cannot be read as one');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return wrong('must begin with http:// or https://');
  if (url.username !== '' || url.password !== '') {
    return wrong('must not hold a user name or a password: credentials have settings of their own');
  }
  return right(url.href);
};

/** A URL that paths are put behind: no query, and told without a slash at its end. */
export const baseUrl: Parse<string> = (text) => {
  const url = webUrl(text);
  if (!url.ok) return url;
  if (/[?#]/.test(url.value)) return wrong('must end with its path, without ? or #');
  return right(url.value.replace(/\/+$/, ''));
};

/** An http or https origin, as browsers send it. */
export const webOrigin: Parse<string> = (text) => {
  const url = baseUrl(text);
  if (url.ok && new URL(url.value).origin === url.value) return url;
  return wrong('must list origins, each a scheme, a host and a port where it is not the usual one');
};

/** An IPv4 address. */
export const ipv4: Parse<string> = (text) =>
  isIPv4(text) ? right(text) : wrong(`must be an IPv4 address, not ${quote(text)}`);

/** A host to listen on: a name or an address. */
export const hostName: Parse<string> = (text) => {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  if (isIP(bare) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(bare)) return right(bare);
  return wrong(`must be an address or the name of a host, not ${quote(text)}`);
};

/** A network in CIDR notation; a single address is the network that holds only itself. */
export const network: Parse<string> = (text) => {
  const [address = '', prefix, ...rest] = text.split('/');
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const length = prefix === undefined ? right(longest) : wholeNumber(0, longest)(prefix);
  if (longest > 0 && length.ok && rest.length === 0 && !address.includes('%'))
    return right(`${address}/${length.value}`);
  return wrong(`must list networks in CIDR notation, and ${quote(text)} is none`);
};

const protocol: Parse<AccessProtocol> = (text) => {
  const found = ACCESS_PROTOCOLS.find((name) => name === text.toUpperCase());
  if (found !== undefined) return right(found);
  const near = nearest(text, ACCESS_PROTOCOLS);
  return wrong(
    `must be "all" or list some of ${ACCESS_PROTOCOLS.join(', ')}, and ${quote(text)} is none of them (nearest: ${near})`,
  );
};

/** Names of protocols with commas between, or `all`. */
export const protocols: Parse<readonly AccessProtocol[]> = (text) =>
  text.toLowerCase() === 'all' ? right(ACCESS_PROTOCOLS) : someOf(protocol)(text);

/** A list with commas between its items, which may be empty; an item's second time does not count. */
export function commaList<T>(item: Parse<T>): Parse<readonly T[]> {
  return (text) => {
    const values = new Set<T>();
    for (const part of text.split(',').map((one) => one.trim())) {
      if (part === '') continue;
      const read = item(part);
      if (!read.ok) return read;
      values.add(read.value);
    }
    return right([...values]);
  };
}

/** A list with commas between its items, at least one: an empty one would allow nothing at all. */
export function someOf<T>(item: Parse<T>): Parse<readonly T[]> {
  return (text) => {
    const read = commaList(item)(text);
    return read.ok && read.value.length === 0 ? wrong('must name at least one') : read;
  };
}
