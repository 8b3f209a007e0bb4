import type { IncomingHttpHeaders } from 'node:http';

/**
 * True unless a page of another site asks, one that is not listed. Browsers let any page open a WebSocket or an event
 * stream anywhere, and say so in headers that a page cannot set; whoever sends none of them is no browser.
 */
export function isOwnPage(headers: IncomingHttpHeaders, listed: readonly string[]): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && listed.includes(origin)) return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
