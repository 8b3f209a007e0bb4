import type { CallLog } from '../call-log';
import type { Faults } from '../faults';
import type { Answer, Call, Route } from '../route';
import { startVendorServer } from '../vendor-server';
import type { VendorStart } from '../vendor-start';
import { populateEveryware } from './everyware-fleet';
import { drawId } from './everyware-ids';
import { defaultEverywareKnobs, type EverywareKnobs } from './everyware-knobs';
import {
  type EverywareReadParts,
  listConnections,
  listDevices,
  listVpnConnections,
  readConnection,
  readDevice,
} from './everyware-lists';
import { EverywareState } from './everyware-state';
import { type EverywareCredentials, EverywareTokens } from './everyware-tokens';
import { connectVpn, disconnectVpn, readVpn } from './everyware-vpn';
import { UNAUTHENTICATED, unauthorized, unknownPath } from './everyware-wire';

const BASE_PATH = '/v1';
/** The VPN calls are round trips to the device: slower than a read of the cloud's own records. */
const LIVE = 6;

/** A running Everyware Cloud. */
export interface EverywareSimulator {
  /** Such as "http://127.0.0.1:4003/v1". */
  readonly baseUrl: string;
  readonly credentials: EverywareCredentials;
  readonly state: EverywareState;
  /** The access tokens, for making them void. */
  readonly tokens: EverywareTokens;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly knobs: EverywareKnobs;
  close(): Promise<void>;
}

/** Starts a simulated Everyware Cloud with a fleet of its own. */
export async function startEverywareSimulator(start: VendorStart): Promise<EverywareSimulator> {
  const { fleetPrng, runPrng, now } = start;
  const state = new EverywareState(now, fleetPrng, drawId(fleetPrng));
  populateEveryware(state, fleetPrng, start.size);
  const knobs = defaultEverywareKnobs(start.latency.max * 12);
  const credentials = {
    username: 'northwind-gateway',
    password: fleetPrng.hex(20),
    apiKey: Buffer.from(fleetPrng.hex(60), 'hex').toString('base64'),
  };
  const tokens = new EverywareTokens({ now, prng: runPrng, knobs, credentials, scopeId: state.scopeId });
  const server = await startVendorServer({
    routes: everywareRoutes({ state, knobs }, tokens),
    unmatched: () => unknownPath(),
    host: start.host,
    port: start.port,
    latency: start.latency,
    prng: runPrng,
    now,
  });
  return {
    baseUrl: `${server.origin}${BASE_PATH}`,
    credentials,
    state,
    tokens,
    knobs,
    calls: server.calls,
    faults: server.faults,
    close: () => server.close(),
  };
}

type Read = (call: Call, parts: EverywareReadParts) => Answer;

function everywareRoutes(parts: EverywareReadParts, tokens: EverywareTokens): readonly Route[] {
  const route = (name: string, answer: (call: Call) => Answer, latencyFactor = 1): Route => {
    const [method = '', path = ''] = name.split(' ');
    return { method, path: `${BASE_PATH}${path}`, name, latencyFactor, answer };
  };
  const withToken =
    (answer: (call: Call) => Answer) =>
    (call: Call): Answer =>
      tokens.accepts(call) ? answer(call) : UNAUTHENTICATED;
  const scoped = (name: string, permission: string, read: Read, latencyFactor?: number): Route => {
    const guarded = (call: Call): Answer => scopeProblem(call, permission, parts) ?? read(call, parts);
    return route(name, withToken(guarded), latencyFactor);
  };
  const device = '/{scopeId}/devices/{deviceId}';
  return [
    route('POST /authentication/user', (call) => tokens.logInWithPassword(call), 2),
    route('POST /authentication/apikey', (call) => tokens.logInWithKey(call), 2),
    route('POST /authentication/refresh', (call) => tokens.refresh(call), 2),
    route(
      'GET /authentication/info',
      withToken((call) => tokens.describe(call)),
    ),
    route(
      'POST /authentication/logout',
      withToken((call) => tokens.logOut(call)),
    ),
    scoped('GET /{scopeId}/devices', 'device:read', listDevices),
    scoped(`GET ${device}`, 'device:read', readDevice),
    scoped('GET /{scopeId}/deviceconnections', 'device_connection:read', listConnections),
    scoped('GET /{scopeId}/deviceconnections/{connectionId}', 'device_connection:read', readConnection),
    scoped(`GET ${device}/vpn`, 'vpn:read', readVpn, LIVE),
    scoped(`POST ${device}/vpn/_connect`, 'vpn:connect', connectVpn, LIVE),
    scoped(`POST ${device}/vpn/_disconnect`, 'vpn:connect', disconnectVpn, LIVE),
    scoped(`POST ${device}/vpn/_discconect`, 'vpn:connect', disconnectVpn, LIVE),
    scoped('GET /{scopeId}/vpnConnections', 'vpn:read', listVpnConnections),
  ];
}

/** `_` is the caller's own scope; any other than that is none of the caller's. */
function scopeProblem(
  call: Call,
  permission: string,
  { state, knobs }: EverywareReadParts,
): Answer | undefined {
  const asked = call.params['scopeId'] ?? '_';
  const isOwn = asked === '_' || asked === state.scopeId;
  if (isOwn && !knobs.deniedPermissions.includes(permission)) return undefined;
  return unauthorized(permission, isOwn ? state.scopeId : asked, knobs);
}
