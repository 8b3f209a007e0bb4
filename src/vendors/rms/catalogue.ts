import type { Catalogue } from '../catalogue';

const READ_DEVICES = 'devices:read';
const READ_ACCESSES = 'device_remote_access:read';

/** The endpoints of Teltonika RMS that the graph uses. Paths stand behind `https://rms.teltonika-networks.com/api`. */
export const rmsCatalogue = {
  listDevices: {
    method: 'GET',
    path: '/devices',
    purpose: 'One page of the account’s devices',
    batch: 100,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: 'RMS OpenAPI 3.0.0, GET /devices',
  },
  devicesById: {
    method: 'GET',
    path: '/devices',
    purpose: 'Devices by their ids',
    batch: 100,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: 'RMS OpenAPI 3.0.0, GET /devices with id',
  },
  listRemoteAccesses: {
    method: 'GET',
    path: '/devices/remote-access',
    purpose: 'The remote access configurations of up to 100 devices',
    batch: 100,
    freshness: 'accesses',
    permission: READ_ACCESSES,
    source: 'RMS OpenAPI 3.0.0, GET /devices/remote-access',
  },
  listSessions: {
    method: 'GET',
    path: '/devices/connect/{access_id}/sessions',
    purpose: 'The RMS Connect links of one remote access; no form for many exists',
    batch: 1,
    freshness: 'sessions',
    permission: READ_ACCESSES,
    source: 'RMS OpenAPI 3.0.0, GET /devices/connect/{access_id}/sessions',
  },
  listVpnStatus: {
    method: 'GET',
    path: '/devices/device-vpn-status',
    purpose: 'The L2TP state of every device of the account',
    batch: 'account',
    freshness: 'vpn',
    permission: READ_DEVICES,
    source: 'RMS OpenAPI 3.0.0, GET /devices/device-vpn-status',
  },
} as const satisfies Catalogue;
