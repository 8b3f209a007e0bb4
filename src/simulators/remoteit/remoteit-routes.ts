import type { Prng } from '../prng';
import type { Answer, Call, Route } from '../route';
import { asObject } from '../wire';
import type { RemoteitKnobs } from './remoteit-knobs';
import type { RemoteitConnection, RemoteitRow } from './remoteit-records';
import type { RemoteitState } from './remoteit-state';
import { documentedConnection, fail, listRow, slashedJson, undocumentedConnection } from './remoteit-wire';

/** The vendor's base path. */
export const REMOTEIT_BASE_PATH = '/apv/v27';

/** What an account at remote.it logs in with. */
export interface RemoteitCredentials {
  readonly developerKey: string;
  readonly username: string;
  readonly password: string;
}

/** What the routes work with. */
interface RemoteitParts {
  readonly state: RemoteitState;
  readonly knobs: RemoteitKnobs;
  readonly credentials: RemoteitCredentials;
  readonly prng: Prng;
}

interface CachedList {
  readonly at: number;
  readonly rows: readonly unknown[];
}

/** The endpoints of remote.it. A blocking connect takes eight times as long as a read. */
export function remoteitRoutes(parts: RemoteitParts): readonly Route[] {
  const route = (name: string, answer: (call: Call) => Answer, latencyFactor = 1): Route => {
    const [method = '', path = ''] = name.split(' ');
    return { method, path: `${REMOTEIT_BASE_PATH}${path}`, name, latencyFactor, answer };
  };
  const guarded =
    (answer: (call: Call) => Answer) =>
    (call: Call): Answer =>
      refusal(call, parts) ?? answer(call);
  return [
    route('POST /user/login', (call) => logIn(call, parts), 2),
    route('GET /device/list/all', guarded(createList(parts)), 2),
    route(
      'POST /device/connect',
      guarded((call) => connect(call, parts)),
      8,
    ),
    route(
      'POST /device/connect/stop',
      guarded((call) => stop(call, parts)),
      2,
    ),
  ];
}

/** The SDK sends the developer key as `apikey`; both names are accepted in the wild. */
function hasKey(call: Call, credentials: RemoteitCredentials): boolean {
  return (call.headers['developerkey'] ?? call.headers['apikey']) === credentials.developerKey;
}

function refusal(call: Call, { state, credentials }: RemoteitParts): Answer | undefined {
  const { token } = call.headers;
  if (!hasKey(call, credentials)) return fail(401, 'missing or invalid developer key', 'GENERAL_ERROR');
  if (typeof token !== 'string' || token === '') return fail(401, 'missing api token', 'GENERAL_ERROR');
  return state.accepts(token) ? undefined : fail(401, 'invalid or expired api token', 'GENERAL_ERROR');
}

/** Answers POST /user/login. Source: remote.it docs, authentication; what stands besides was seen by public clients. */
function logIn(call: Call, { state, knobs, credentials }: RemoteitParts): Answer {
  const { username, password } = asObject(call.body);
  if (!hasKey(call, credentials)) return fail(401, 'missing or invalid developer key', 'GENERAL_ERROR');
  if (username === undefined) return fail(401, 'missing user', 'GENERAL_ERROR');
  if (username !== credentials.username || password !== credentials.password) {
    return fail(401, '[0102] The username or password is invalid', 'GENERAL_ERROR');
  }
  if (knobs.mfa !== null) return fail(401, 'A second factor is needed', knobs.mfa);
  const until = state.now() + knobs.tokenLifetimeMs;
  const token = state.issueToken(until);
  const documented = {
    status: 'true',
    token,
    email: username,
    service_authhash: '0123456789abcdef0123456789abcdef01234567',
  };
  const besides = {
    guid: '5B3C9E2A-0000-4000-8000-1B2C3D4E5F60',
    auth_token: token,
    auth_expiration: Math.floor(until / 1000),
    token_index: 1,
    service_level: 'BUSINESS',
    developer_key: credentials.developerKey,
  };
  return { status: 200, json: knobs.loginTellsExpiration ? { ...documented, ...besides } : documented };
}

/** Makes the answer of GET /device/list/all: everything at once, without paging. Source: remote.it docs, device/list/all. */
function createList({ state, knobs }: RemoteitParts): (call: Call) => Answer {
  let cached: CachedList | undefined;
  return (call) => {
    const now = state.now();
    const isFresh =
      cached !== undefined && now - cached.at < knobs.listCacheMs && call.query.get('cache') !== 'false';
    if (cached === undefined || !isFresh)
      cached = { at: now, rows: state.rows().map((row) => listRow(row, now)) };
    const { rows } = cached;
    return { status: 200, json: { status: 'true', cache_expires: 60, length: rows.length, devices: rows } };
  };
}

/** Answers POST /device/connect; failures come with HTTP 200. Source: remote.it docs, device/connect. */
function connect(call: Call, parts: RemoteitParts): Answer {
  const { state, knobs } = parts;
  const { deviceaddress: address, hostip } = asObject(call.body);
  if (typeof address !== 'string' || !/^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(address)) {
    return fail(knobs.connectFailureStatus, 'bad device address');
  }
  const row = state.row(address);
  if (row === undefined) return fail(knobs.connectFailureStatus, '[0861] No service with that UID was found');
  if (row.state !== 'active') return fail(knobs.connectFailureStatus, 'The service is not active');
  const running = runningConnection(row, parts);
  const connection =
    knobs.repeatConnect === 'same' && running !== undefined
      ? running
      : state.startConnection(row.address, {
          lifetimeSeconds: knobs.connectionLifetimeSeconds,
          filteredIp: knobs.keepsHostIp ? filterFor(hostip, call.remoteAddress) : 'latching',
        });
  return connectAnswer(row, connection, parts);
}

/** The newest connection that runs and has not been unused for too long. */
function runningConnection(
  row: RemoteitRow,
  { state, knobs }: RemoteitParts,
): RemoteitConnection | undefined {
  const { idleMs } = knobs;
  return state
    .connections(row.address)
    .filter((connection) => idleMs === null || state.now() - connection.startedAt < idleMs)
    .at(-1);
}

/** 0.0.0.0 lets anyone in, 255.255.255.255 the first caller; left out, only the address that called the API. */
function filterFor(hostip: unknown, remoteAddress: string): string {
  if (typeof hostip !== 'string' || hostip === '') return remoteAddress;
  if (hostip === '0.0.0.0') return 'none';
  return hostip === '255.255.255.255' ? 'latching' : hostip;
}

function connectAnswer(
  row: RemoteitRow,
  connection: RemoteitConnection,
  { state, knobs }: RemoteitParts,
): Answer {
  const { connectionIdPlace: place, connectAnswer: form } = knobs;
  const id = { connectionid: connection.id };
  return slashedJson({
    connection: {
      ...documentedConnection(connection, state.now()),
      ...(place !== 'root' && id),
      ...(form === 'full' && undocumentedConnection(row, connection)),
    },
    status: 'true',
    ...(form === 'full' && { wait: true }),
    ...(place !== 'connection' && id),
  });
}

/** Answers POST /device/connect/stop: both ids are needed, and 401 tells a wrong one. Source: remote.it docs, device/connect/stop. */
function stop(call: Call, { state }: RemoteitParts): Answer {
  const { deviceaddress: address, connectionid: id } = asObject(call.body);
  if (typeof address !== 'string' || typeof id !== 'string')
    return fail(401, 'missing deviceaddress or connectionid');
  const connection = state.connections(address).find((running) => running.id === id);
  if (connection === undefined) return fail(401, 'unknown deviceaddress or connectionid');
  state.endConnection(id);
  return { status: 200, json: { status: 'true', connectionid: id } };
}
