import type { Catalogue } from '../catalogue';

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
} as const satisfies Catalogue;
