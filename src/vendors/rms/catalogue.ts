import { type ActionCall, type ActionCosts, type Catalogue, MOST_LOOKS } from '../catalogue';
import { LOOKS } from './looks';

const READ_DEVICES = 'devices:read';
const READ_ACCESSES = 'device_remote_access:read';
const WRITE_ACCESSES = 'device_remote_access:write';
const OPENAPI = 'RMS OpenAPI 3.0.0';

/** The endpoints of Teltonika RMS that the graph uses. Paths stand behind `https://rms.teltonika-networks.com/api`. */
export const rmsCatalogue = {
  listDevices: {
    method: 'GET',
    path: '/devices',
    purpose: 'One page of the account’s devices',
    batch: 100,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: `${OPENAPI}, GET /devices`,
  },
  devicesById: {
    method: 'GET',
    path: '/devices',
    purpose: 'Devices by their ids',
    batch: 100,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: `${OPENAPI}, GET /devices with id`,
  },
  listRemoteAccesses: {
    method: 'GET',
    path: '/devices/remote-access',
    purpose: 'The remote access configurations of up to 100 devices',
    batch: 100,
    freshness: 'accesses',
    permission: READ_ACCESSES,
    source: `${OPENAPI}, GET /devices/remote-access`,
  },
  listSessions: {
    method: 'GET',
    path: '/devices/connect/{access_id}/sessions',
    purpose: 'The RMS Connect links of one remote access; no form for many exists',
    batch: 1,
    freshness: 'sessions',
    permission: READ_ACCESSES,
    source: `${OPENAPI}, GET /devices/connect/{access_id}/sessions`,
  },
  listVpnStatus: {
    method: 'GET',
    path: '/devices/device-vpn-status',
    purpose: 'The L2TP state of every device of the account',
    batch: 'account',
    freshness: 'vpn',
    permission: READ_DEVICES,
    source: `${OPENAPI}, GET /devices/device-vpn-status`,
  },
  createRemoteAccess: {
    method: 'POST',
    path: '/devices/remote-access',
    purpose: 'A new remote access configuration; the answer is a channel',
    batch: 1,
    freshness: 'none',
    permission: WRITE_ACCESSES,
    source: `${OPENAPI}, POST /devices/remote-access`,
  },
  updateRemoteAccess: {
    method: 'PUT',
    path: '/devices/remote-access/{access_id}',
    purpose: 'A change of one remote access configuration; the answer is a channel',
    batch: 1,
    freshness: 'none',
    permission: WRITE_ACCESSES,
    source: `${OPENAPI}, PUT /devices/remote-access/{access_id}`,
  },
  deleteRemoteAccess: {
    method: 'DELETE',
    path: '/devices/remote-access',
    purpose: 'The end of one remote access configuration; the answer is a channel',
    batch: 1,
    freshness: 'none',
    permission: WRITE_ACCESSES,
    source: `${OPENAPI}, DELETE /devices/remote-access`,
  },
  openLink: {
    method: 'POST',
    path: '/devices/connect/{access_id}',
    purpose: 'An RMS Connect link of one remote access; the answer is a channel',
    batch: 1,
    freshness: 'none',
    permission: WRITE_ACCESSES,
    source: `${OPENAPI}, POST /devices/connect/{access_id}`,
  },
  closeLink: {
    method: 'DELETE',
    path: '/devices/connect/sessions/{session_id}',
    purpose: 'The end of one RMS Connect link; the answer is a channel',
    batch: 1,
    freshness: 'none',
    permission: WRITE_ACCESSES,
    source: `${OPENAPI}, DELETE /devices/connect/sessions/{session_id}`,
  },
  channel: {
    method: 'GET',
    path: '/channel/{channel}',
    origin: 'status',
    purpose: 'How an action goes that the vendor carries out after its answer',
    batch: 1,
    freshness: 'none',
    permission: 'the token that began the action',
    source: 'bNovate’s RMS client; the paths of RMS OpenAPI 3.0.0 leave it out',
  },
} as const satisfies Catalogue;

const once = (operation: keyof typeof rmsCatalogue): ActionCall => ({ operation, least: 1, most: 1 });
const FOLLOWED: ActionCall = { operation: 'channel', least: 1, most: MOST_LOOKS };
/** A 404 says at once that there is nothing to end. */
const FOLLOWED_IF_ANY: ActionCall = { ...FOLLOWED, least: 0 };
const ACCESS_READ_BACK: ActionCall = { operation: 'listRemoteAccesses', least: 1, most: LOOKS };
const LINK_READ_BACK: ActionCall = { operation: 'listSessions', least: 1, most: LOOKS };

/** What actions cost at RMS: the write, its channel, and the list that tells what came of it. */
export const rmsActions = {
  createAccess: [once('createRemoteAccess'), FOLLOWED, ACCESS_READ_BACK],
  updateAccess: [once('updateRemoteAccess'), FOLLOWED, ACCESS_READ_BACK],
  removeAccess: [once('deleteRemoteAccess'), FOLLOWED_IF_ANY, ACCESS_READ_BACK],
  openLink: [once('openLink'), FOLLOWED, LINK_READ_BACK],
  closeLink: [once('closeLink'), FOLLOWED_IF_ANY, { ...LINK_READ_BACK, least: 0 }],
} as const satisfies ActionCosts;
