import { BlockList, isIPv4 } from 'node:net';
import { badInput, DrawbridgeError } from '../domain/errors';
import type { AccessProtocol } from '../domain/remote-access';

/** What an operator allows links of one account to be. */
export interface LinkPolicy {
  /** The longest link, in seconds. */
  readonly maxSeconds: number;
  readonly protocols: readonly AccessProtocol[];
  /** Where a remote access may point, in CIDR notation. */
  readonly networks: readonly string[];
}

/** The shortest link that a vendor makes, in seconds. Source: RMS OpenAPI 3.0.0, POST /devices/connect/{access_id}. */
const SHORTEST_SECONDS = 10;

/** Throws BAD_USER_INPUT for what is no duration. */
export function checkSeconds(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS) return;
  throw badInput(`durationSeconds is ${seconds}: it is ${SHORTEST_SECONDS} or more.`);
}

/** Throws POLICY_VIOLATION for a duration that is too long. */
export function checkDuration(seconds: number, policy: LinkPolicy): void {
  if (seconds > policy.maxSeconds) {
    throw violation(`durationSeconds is ${seconds}: the longest link here is ${policy.maxSeconds} s.`);
  }
}

/** Throws POLICY_VIOLATION for a protocol that is not allowed. */
export function checkProtocol(protocol: AccessProtocol, policy: LinkPolicy): void {
  if (policy.protocols.includes(protocol)) return;
  throw violation(`${protocol} is not allowed here: ${policy.protocols.join(', ')} are.`);
}

/** Throws BAD_USER_INPUT for what is no IPv4 address. */
export function checkAddress(host: string): void {
  if (!isIPv4(host)) throw badInput('host is not an IPv4 address such as 192.168.1.1.');
}

/** Throws BAD_USER_INPUT for what is no IPv4 address, POLICY_VIOLATION for one outside the allowed networks. */
export function checkHost(host: string, policy: LinkPolicy): void {
  checkAddress(host);
  if (networksOf(policy.networks).check(host)) return;
  throw violation(
    `The host is in none of the networks that are allowed here: ${policy.networks.join(', ')}.`,
  );
}

/** Throws POLICY_VIOLATION for a way in that speaks, or leads, to what is not allowed, whoever configured it. */
export function checkWayIn(
  { protocol, host }: { readonly protocol: AccessProtocol; readonly host: string | null },
  policy: LinkPolicy,
): void {
  checkProtocol(protocol, policy);
  if (host === null || (isIPv4(host) && networksOf(policy.networks).check(host))) return;
  throw violation(
    `The way in leads into none of the networks that are allowed here: ${policy.networks.join(', ')}.`,
  );
}

/** Throws BAD_USER_INPUT for what is no TCP port. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw badInput(`port is ${port}: it is 1 to 65535.`);
}

/** Throws BAD_USER_INPUT for a name that no vendor takes. */
export function checkName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N} _.-]{1,48}[\p{L}\p{N}_.-]$/u.test(name)) return;
  throw badInput(
    'name has 3 to 50 letters, digits, blanks, hyphens, dots and underscores, and begins with one of the first two.',
  );
}

/** Throws BAD_USER_INPUT for what is no public IPv4 address. */
export function checkPublicAddress(address: string): void {
  if (isIPv4(address) && !notPublic().check(address)) return;
  throw badInput('allowedIp is not a public IPv4 address such as 198.51.100.7.');
}

/** What is refused by this graph's own rules, or could not be enforced by the vendor. */
export function violation(message: string): DrawbridgeError {
  return new DrawbridgeError('POLICY_VIOLATION', message);
}

function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** Ranges that no host on the internet has. Source: IANA IPv4 Special-Purpose Address Registry. */
function notPublic(): BlockList {
  return networksOf([
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/3',
  ]);
}
