import type { LinkRowFragment } from 'drawbridge-client';
import { createDashboardClient } from './client';
import { watchOpenLinks } from './open-links';

/*
 * The part of a page that shows which links are open. Where Drawbridge is stands in the page's address:
 *   http://127.0.0.1:8080/?url=http://127.0.0.1:4000/graphql
 */
const url = new URLSearchParams(location.search).get('url') ?? 'http://127.0.0.1:4000/graphql';
const list = document.querySelector('ul');
const state = document.querySelector('output');

watchOpenLinks(createDashboardClient({ url }), showLinks, (thrown) => {
  if (state !== null) state.value = String(thrown);
});

function showLinks(links: readonly LinkRowFragment[]): void {
  list?.replaceChildren(...links.map(rowOf));
  if (state !== null) state.value = links.length === 1 ? '1 link is open' : `${links.length} links are open`;
}

/** Texts of a vendor are set as text, never as HTML. */
function rowOf({ device, status, expiresAt }: LinkRowFragment): HTMLElement {
  const row = document.createElement('li');
  const until = expiresAt === null ? '' : ` until ${new Date(expiresAt).toLocaleTimeString()}`;
  row.textContent = `${device.name}: ${status}${until}`;
  return row;
}
