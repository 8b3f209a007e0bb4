import { type ActionCall, type ActionCosts, type Catalogue, MOST_LOOKS } from '../catalogue';

const READ_DEVICES = 'device:read';
const READ_CONNECTIONS = 'device_connection:read';
const READ_VPN = 'vpn:read';
const SWITCH_VPN = 'vpn:connect';
/** The server waits 30 s for the device before it gives up. Source: eclipse/kapua, device-management-setting.properties. */
const DEVICE_TIMEOUT_MS = 35_000;
const SIGN_IN = 'a user or an API key of the installation';
const OPENAPI = 'Everyware Cloud OpenAPI 6.0.8';

/** The endpoints of Everyware Cloud that the graph uses. Paths stand behind `https://<installation>/v1`. */
export const everywareCatalogue = {
  login: {
    method: 'POST',
    path: '/authentication/user',
    purpose: 'An access token for a user’s name and password',
    batch: 'account',
    freshness: 'none',
    permission: SIGN_IN,
    anonymous: true,
    source: `${OPENAPI}, POST /authentication/user`,
  },
  loginWithKey: {
    method: 'POST',
    path: '/authentication/apikey',
    purpose: 'An access token for an API key',
    batch: 'account',
    freshness: 'none',
    permission: SIGN_IN,
    anonymous: true,
    source: `${OPENAPI}, POST /authentication/apikey`,
  },
  refresh: {
    method: 'POST',
    path: '/authentication/refresh',
    purpose: 'The next access token for the one before; the one before is void at once',
    batch: 'account',
    freshness: 'none',
    permission: SIGN_IN,
    anonymous: true,
    source: `${OPENAPI}, POST /authentication/refresh`,
  },
  listDevices: {
    method: 'GET',
    path: '/{scopeId}/devices',
    purpose: 'One page of the scope’s devices, with their connections',
    batch: 100,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: `${OPENAPI}, GET /{scopeId}/devices`,
  },
  devicesById: {
    method: 'GET',
    path: '/{scopeId}/devices/{deviceId}',
    purpose: 'One device; no form for many ids exists',
    batch: 1,
    freshness: 'devices',
    permission: READ_DEVICES,
    source: `${OPENAPI}, GET /{scopeId}/devices/{deviceId}`,
  },
  deviceConnection: {
    method: 'GET',
    path: '/{scopeId}/deviceconnections/{connectionId}',
    purpose: 'The connection of one device, where the device came without it',
    batch: 1,
    freshness: 'devices',
    permission: READ_CONNECTIONS,
    source: `${OPENAPI}, GET /{scopeId}/deviceconnections/{connectionId}`,
  },
  vpnStatus: {
    method: 'GET',
    path: '/{scopeId}/devices/{deviceId}/vpn',
    purpose: 'The VPN client of one connected device, asked on the device itself',
    batch: 1,
    // A round trip to the device and back. One that answers no sooner is not waited for: a page shows many.
    timeoutMs: 4_000,
    answeredBy: 'device',
    freshness: 'vpn',
    permission: READ_VPN,
    source: `${OPENAPI}, GET /{scopeId}/devices/{deviceId}/vpn`,
  },
  connectVpn: {
    method: 'POST',
    path: '/{scopeId}/devices/{deviceId}/vpn/_connect',
    purpose: 'Tells the VPN client of one device to connect; the tunnel may be up later',
    batch: 1,
    timeoutMs: DEVICE_TIMEOUT_MS,
    answeredBy: 'device',
    freshness: 'none',
    permission: SWITCH_VPN,
    source: `${OPENAPI}, POST /{scopeId}/devices/{deviceId}/vpn/_connect`,
  },
  disconnectVpn: {
    method: 'POST',
    path: '/{scopeId}/devices/{deviceId}/vpn/_disconnect',
    purpose: 'Tells the VPN client of one device to disconnect',
    batch: 1,
    timeoutMs: DEVICE_TIMEOUT_MS,
    answeredBy: 'device',
    freshness: 'none',
    permission: SWITCH_VPN,
    source: `${OPENAPI}, POST /{scopeId}/devices/{deviceId}/vpn/_disconnect`,
  },
  disconnectVpnAsPrinted: {
    method: 'POST',
    path: '/{scopeId}/devices/{deviceId}/vpn/_discconect',
    purpose: 'The same, as the documentation spells it; for servers that do not know the other path',
    batch: 1,
    timeoutMs: DEVICE_TIMEOUT_MS,
    answeredBy: 'device',
    freshness: 'none',
    permission: SWITCH_VPN,
    source: 'Everyware Cloud docs, Device VPN Connections',
  },
  listVpnConnections: {
    method: 'GET',
    path: '/{scopeId}/vpnConnections',
    purpose: 'Every VPN connection of the scope, where the account’s vpnBulk is on',
    batch: 'account',
    freshness: 'vpn',
    permission: READ_VPN,
    source: `${OPENAPI}, GET /{scopeId}/vpnConnections`,
  },
} as const satisfies Catalogue;

const DISCONNECT: readonly ActionCall[] = [
  { operation: 'disconnectVpn', least: 1, most: 1 },
  { operation: 'disconnectVpnAsPrinted', least: 0, most: 1 },
  { operation: 'vpnStatus', least: 0, most: MOST_LOOKS },
];

/** What actions cost at Everyware Cloud. A VPN that is up is not brought up; one that other links use stays. */
export const everywareActions = {
  openLink: [
    { operation: 'vpnStatus', least: 1, most: 1 + MOST_LOOKS },
    { operation: 'connectVpn', least: 0, most: 1 },
  ],
  closeLink: DISCONNECT.map((call) => ({ ...call, least: 0 })),
  connectVpn: [
    { operation: 'connectVpn', least: 1, most: 1 },
    { operation: 'vpnStatus', least: 0, most: MOST_LOOKS },
  ],
  disconnectVpn: DISCONNECT,
} as const satisfies ActionCosts;
