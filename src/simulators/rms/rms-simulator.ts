import type { CallLog } from '../call-log';
import type { Faults } from '../faults';
import type { Prng } from '../prng';
import type { Answer, Call, Route } from '../route';
import { startVendorServer } from '../vendor-server';
import type { VendorStart } from '../vendor-start';
import { listAccesses, listSessions } from './rms-access-reads';
import { createAccesses, deleteAccesses, startSession, stopSession, updateAccess } from './rms-access-writes';
import { RmsChannels } from './rms-channels';
import { listDevices, listVpnStatus, readDevice } from './rms-device-routes';
import { populateRms } from './rms-fleet';
import { defaultRmsKnobs, type RmsKnobs } from './rms-knobs';
import { RmsState } from './rms-state';
import { notFound, refuse } from './rms-wire';

/** A running Teltonika RMS. */
export interface RmsSimulator {
  /** Such as "http://127.0.0.1:4001/api". */
  readonly baseUrl: string;
  /** The base of the status channels, which lie outside the base path: "http://127.0.0.1:4001/status". */
  readonly statusUrl: string;
  readonly credentials: { readonly token: string };
  readonly state: RmsState;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly knobs: RmsKnobs;
  close(): Promise<void>;
}

/** Starts a simulated RMS with a fleet of its own. */
export async function startRmsSimulator(start: VendorStart): Promise<RmsSimulator> {
  const state = new RmsState(start.now);
  populateRms(state, start.fleetPrng, start.size);
  const knobs = defaultRmsKnobs(start.latency.max * 10);
  const channels = new RmsChannels({ state, knobs, prng: start.runPrng });
  const token = start.fleetPrng.text('abcdefghijklmnopqrstuvwxyz0123456789', 48);
  const server = await startVendorServer({
    routes: rmsRoutes({ state, knobs, channels, prng: start.runPrng }, token),
    unmatched: () => notFound(),
    host: start.host,
    port: start.port,
    latency: start.latency,
    prng: start.runPrng,
    now: start.now,
  });
  return {
    baseUrl: `${server.origin}/api`,
    statusUrl: `${server.origin}/status`,
    credentials: { token },
    state,
    knobs,
    calls: server.calls,
    faults: server.faults,
    close: () => server.close(),
  };
}

interface RmsParts {
  readonly state: RmsState;
  readonly knobs: RmsKnobs;
  readonly channels: RmsChannels;
  readonly prng: Prng;
}

const READ = 'device_remote_access:read';
const WRITE = 'device_remote_access:write';

function rmsRoutes(parts: RmsParts, token: string): readonly Route[] {
  const { state, knobs, channels } = parts;
  const route = (name: string, scope: string | null, answer: (call: Call) => Answer): Route => {
    const [method = '', path = ''] = name.split(' ');
    // The status channels alone lie outside /api.
    const root = path.startsWith('/status/') ? '' : '/api';
    const guarded = (call: Call): Answer => refusal(call, { token, scope, knobs }) ?? answer(call);
    return { method, path: `${root}${path}`, name, answer: guarded };
  };
  return [
    route('GET /devices', 'devices:read', (call) => listDevices(call, state, knobs)),
    route('GET /devices/remote-access', READ, (call) => listAccesses(call, state, knobs)),
    route('POST /devices/remote-access', WRITE, (call) => createAccesses(call, parts)),
    route('PUT /devices/remote-access/{access_id}', WRITE, (call) => updateAccess(call, parts)),
    route('DELETE /devices/remote-access', WRITE, (call) => deleteAccesses(call, parts)),
    route('GET /devices/device-vpn-status', 'devices:read', (call) => listVpnStatus(call, state)),
    route('GET /devices/{id}', 'devices:read', (call) => readDevice(call, state)),
    route('POST /devices/connect/{access_id}', WRITE, (call) => startSession(call, parts)),
    route('GET /devices/connect/{access_id}/sessions', READ, (call) => listSessions(call, state, knobs)),
    route('DELETE /devices/connect/sessions/{session_id}', WRITE, (call) => stopSession(call, parts)),
    route('GET /status/channel/{channel}', null, (call) => channels.answer(call.params['channel'] ?? '')),
  ];
}

/** A bad token is a 401, a scope that the token lacks a 403. */
function refusal(
  call: Call,
  rule: { readonly token: string; readonly scope: string | null; readonly knobs: RmsKnobs },
): Answer | undefined {
  if (rule.knobs.tokenRevoked || call.headers.authorization !== `Bearer ${rule.token}`) {
    return refuse(401, { code: 'UNAUTHORIZED', source: null, message: 'Unauthorized.' });
  }
  if (rule.scope !== null && !rule.knobs.scopes.includes(rule.scope)) {
    return refuse(403, { code: 'FORBIDDEN', source: null, message: 'Insufficient scope.' });
  }
  return undefined;
}
