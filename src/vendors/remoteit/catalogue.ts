import type { ActionCosts, Catalogue } from '../catalogue';

const SIGNED_IN = 'a signed-in user with a developer key';

/** The endpoints of remote.it that the graph uses. Paths stand behind `https://api.remot3.it/apv/v27`. */
export const remoteitCatalogue = {
  login: {
    method: 'POST',
    path: '/user/login',
    purpose: 'A session token for a user’s name and password',
    batch: 'account',
    freshness: 'none',
    permission: SIGNED_IN,
    anonymous: true,
    source: 'remoteit/docs, api-reference/authentication.md',
  },
  listDevices: {
    method: 'GET',
    path: '/device/list/all',
    purpose: 'The whole account: every row is a service, or stands for a machine',
    batch: 'account',
    freshness: 'devices',
    permission: SIGNED_IN,
    source: 'remoteit/docs, api-reference/devices/list.md',
  },
  connect: {
    method: 'POST',
    path: '/device/connect',
    purpose: 'A proxy connection to one service; answered once it is up, or cannot be',
    batch: 1,
    // The vendor's own client waits as long. Source: remoteit/sdk-go, contracts/constants.go.
    timeoutMs: 40_000,
    freshness: 'none',
    permission: SIGNED_IN,
    source: 'remoteit/docs, api-reference/devices/connect.md',
  },
  disconnect: {
    method: 'POST',
    path: '/device/connect/stop',
    purpose: 'The end of one proxy connection; needs the service and the connection',
    batch: 1,
    freshness: 'none',
    permission: SIGNED_IN,
    refusesIdsBy401: true,
    source: 'remoteit/docs, api-reference/devices/device-connect-stop.md',
  },
} as const satisfies Catalogue;

/** What actions cost at remote.it. A connection that other links use stays; a stop refused is held against a read. */
export const remoteitActions = {
  openLink: [{ operation: 'connect', least: 1, most: 1 }],
  closeLink: [
    { operation: 'disconnect', least: 0, most: 1 },
    { operation: 'listDevices', least: 0, most: 1 },
  ],
} as const satisfies ActionCosts;
