import type { OpenedLink } from '../../domain/link';
import type { AccessProtocol } from '../../domain/remote-access';
import { isPort, isWeb } from './mapping';
import type { Connection } from './wire';

/** Where a link leads: a web address, or a host with a port. */
export type LinkAddress = Pick<OpenedLink, 'url' | 'host' | 'port'>;

/**
 * The address of a connection's proxy. A web service has a web address without a port; any other a host and a port,
 * written with an http:// that means nothing. One of which nothing is known is taken for what its address looks like.
 * Undefined where none is told. Source: remoteit/docs, api-reference/devices/connect.md.
 */
export function addressOf(connection: Connection, protocol: AccessProtocol): LinkAddress | undefined {
  const proxy = proxyOf(connection);
  const port = proxy?.port ?? connection.proxyServerPort ?? connection.proxyport;
  if (proxy !== undefined && (isWeb(protocol) || (!isPort(protocol) && proxy.port === null))) {
    return { url: proxy.url, host: null, port: null };
  }
  if (proxy !== undefined && port !== null) return { url: null, host: proxy.host, port };
  return undefined;
}

interface Proxy {
  readonly url: string;
  readonly host: string;
  readonly port: number | null;
}

/** Older answers have the address in `status`; `proxyURL` lacks the scheme. Sources: mhutchie; remoteit/sdk-go, proxy.go. */
function proxyOf({ proxy, status, proxyURL, proxyserver }: Connection): Proxy | undefined {
  const [first] = [proxy, status?.includes('.') ? status : null, proxyURL, proxyserver].flatMap((text) =>
    text === null ? [] : (parsed(text) ?? []),
  );
  return first;
}

function parsed(text: string): Proxy | undefined {
  const [, scheme, host, digits] =
    /^(?:(https?):\/\/)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  if (host === undefined) return undefined;
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && (port < 1 || port > 65_535)) return undefined;
  const authority = port === null ? host : `${host}:${port}`;
  return { url: `${scheme?.toLowerCase() ?? 'https'}://${authority}`, host, port };
}
