import { isObjectType } from 'graphql';
import { SCOPES, type Scope } from '../../src/domain/principal';
import { FIELD_SCOPES } from '../../src/graph/field-scopes';
import { buildGraph } from '../../src/graph/schema';
import { hurry } from '../links/asking';
import { bearer, type CallersFile, callersFile, type ListedCaller } from '../support/callers';
import { type GraphResult, startTestService, type TestService } from '../support/service';

/** How a field is reached: `$device`, `$access` and `$gateway` stand for ids of things that there are. */
interface Probe {
  readonly query: string;
  /** Where FORBIDDEN stands without the field's scope. */
  readonly path: string;
  /** Scopes that the way there needs. */
  readonly also?: readonly Scope[];
}

const ofDevice = (field: string): Probe => ({
  query: `{ remoteAccess(id: "$access") { device { id ${field} } } }`,
  path: 'remoteAccess.device',
  also: ['remote_access:read'],
});

const LINK_INPUT = 'input: { remoteAccessId: "$access", durationSeconds: 60 }';
const ACCESS_INPUT =
  'input: { deviceId: "$device", name: "Planted", protocol: HTTP, host: "10.0.0.1", port: 80 }';

/** One for each field of the table. */
const PROBES: Readonly<Record<string, Probe>> = {
  'Query.devices': { query: '{ devices(first: 1) { nodes { id name } } }', path: 'devices' },
  'Query.device': { query: '{ device(id: "$device") { id name } }', path: 'device' },
  'Query.fleet': { query: '{ fleet { totalDevices activeSessions byModel { count } } }', path: 'fleet' },
  'Query.vendorAccounts': { query: '{ vendorAccounts { account } }', path: 'vendorAccounts' },
  'Query.remoteAccess': { query: '{ remoteAccess(id: "$access") { id name host } }', path: 'remoteAccess' },
  'Query.session': { query: '{ session(id: "rms:session:1") { id } }', path: 'session' },
  'Query.sessions': { query: '{ sessions { nodes { id } totalCount } }', path: 'sessions' },
  'Query.auditLog': { query: '{ auditLog { nodes { id } } }', path: 'auditLog' },
  'FleetSummary.vpnConnected': {
    query: '{ fleet { vpnConnected } }',
    path: 'fleet.vpnConnected',
    also: ['devices:read'],
  },
  ...Object.fromEntries(
    [
      'name',
      'status',
      'serialNumber',
      'macAddress',
      'model',
      'firmwareVersion',
      'tags',
      'lastSeenAt',
      'observedAt',
      'capabilities',
    ].map((field) => [`Device.${field}`, ofDevice(field)]),
  ),
  'Device.remoteAccesses': {
    query: '{ device(id: "$device") { remoteAccesses { id } } }',
    path: 'device.remoteAccesses',
    also: ['devices:read'],
  },
  'Device.sessions': {
    query: '{ device(id: "$device") { sessions { id } } }',
    path: 'device.sessions',
    also: ['devices:read'],
  },
  'Device.vpnStatus': {
    query: '{ device(id: "$gateway") { vpnStatus { connected } } }',
    path: 'device.vpnStatus',
    also: ['devices:read'],
  },
  'RemoteAccess.sessions': {
    query: `mutation { createRemoteAccess(${ACCESS_INPUT}) { remoteAccess { id sessions { id } } } }`,
    path: 'createRemoteAccess.remoteAccess.sessions',
    also: ['remote_access:write'],
  },
  'Session.remoteAccess': {
    query: `mutation { createLink(${LINK_INPUT}) { session { id remoteAccess { id } } } }`,
    path: 'createLink.session.remoteAccess',
    also: ['links:use'],
  },
  'Subscription.sessionExpiry': {
    query: 'subscription { sessionExpiry(sessionIds: []) { type } }',
    path: 'sessionExpiry',
  },
  'Subscription.vpnStatusChanged': {
    query: 'subscription { vpnStatusChanged(deviceIds: []) { at } }',
    path: 'vpnStatusChanged',
  },
  'Subscription.deviceStatusChanged': {
    query: 'subscription { deviceStatusChanged { at } }',
    path: 'deviceStatusChanged',
  },
  'Mutation.createRemoteAccess': {
    query: `mutation { createRemoteAccess(${ACCESS_INPUT.replace('Planted', 'Another')}) { remoteAccess { id name } } }`,
    path: 'createRemoteAccess',
  },
  'Mutation.updateRemoteAccess': {
    query:
      'mutation { updateRemoteAccess(input: { remoteAccessId: "rms:access:none", name: "Other" }) { remoteAccess { id } } }',
    path: 'updateRemoteAccess',
  },
  'Mutation.deleteRemoteAccess': {
    query: 'mutation { deleteRemoteAccess(id: "rms:access:none") { deletedId } }',
    path: 'deleteRemoteAccess',
  },
  'Mutation.createLink': {
    query: `mutation { createLink(${LINK_INPUT}) { session { id device { id } url } } }`,
    path: 'createLink',
  },
  'Mutation.openAccess': {
    query:
      'mutation { openAccess(input: { deviceId: "rms:device:none", protocol: HTTP, durationSeconds: 60 }) { replayed } }',
    path: 'openAccess',
  },
  'Mutation.closeSession': {
    query: 'mutation { closeSession(id: "rms:session:none") { session { id } } }',
    path: 'closeSession',
  },
  'Mutation.connectVpn': {
    query: 'mutation { connectVpn(deviceId: "everyware:device:none") { device { id } } }',
    path: 'connectVpn',
  },
  'Mutation.disconnectVpn': {
    query: 'mutation { disconnectVpn(deviceId: "everyware:device:none") { device { id } } }',
    path: 'disconnectVpn',
  },
};

const without = (scope: Scope): string => `without:${scope}`;
const only = (scopes: readonly Scope[]): string => `only:${[...scopes].sort().join('+')}`;

let callers: CallersFile;
let service: TestService;
let ids: { readonly device: string; readonly access: string; readonly gateway: string };

beforeAll(async () => {
  const listed: Record<string, ListedCaller> = { everything: {}, nothing: { scopes: [] } };
  for (const scope of SCOPES) listed[without(scope)] = { scopes: SCOPES.filter((other) => other !== scope) };
  for (const [field, { also = [] }] of Object.entries(PROBES)) {
    const scopes = [FIELD_SCOPES[field], ...also].filter((scope) => scope !== undefined);
    listed[only(scopes)] = { scopes };
  }
  for (const scopes of [['devices:read'], ['remote_access:read'], ['vpn:write']] as const)
    listed[only(scopes)] = { scopes };
  callers = await callersFile(listed);
  service = await startTestService({ simulators: { devices: 60 }, env: callers.env });
  hurry(service.simulators);
  const { data } = await ask<{
    devices: { nodes: { id: string; status: string; vendor: string; remoteAccesses: { id: string }[] }[] };
  }>('everything', '{ devices(first: 60) { nodes { id status vendor remoteAccesses { id } } } }');
  const rms = data.devices.nodes.find(
    ({ vendor, status, remoteAccesses }) =>
      vendor === 'TELTONIKA_RMS' && status === 'ONLINE' && remoteAccesses.length > 0,
  );
  const gateway = data.devices.nodes.find(
    ({ vendor, status }) => vendor === 'EVERYWARE' && status === 'ONLINE',
  );
  ids = { device: rms?.id ?? '', access: rms?.remoteAccesses[0]?.id ?? '', gateway: gateway?.id ?? '' };
});

afterAll(async () => {
  await service?.close();
  await callers?.remove();
});

function ask<T = Record<string, unknown>>(caller: string, query: string): Promise<GraphResult<T>> {
  const text = query.replace(/\$(device|access|gateway)/g, (_, kind: keyof typeof ids) => ids[kind]);
  return text.startsWith('subscription')
    ? follow(text, bearer(caller))
    : service.query<T>(text, { headers: bearer(caller) });
}

/** What a stream of events begins with: its first event, or that it is open. */
async function follow<T>(query: string, headers: Readonly<Record<string, string>>): Promise<GraphResult<T>> {
  const gone = new AbortController();
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: gone.signal,
  });
  const { value } = (await answer.body?.getReader().read()) ?? {};
  gone.abort();
  const [, event = '{"data":null}'] = /^data: (\{.*)$/m.exec(Buffer.from(value ?? []).toString()) ?? [];
  return JSON.parse(event);
}

const forbidden = ({ errors = [] }: GraphResult<unknown>) =>
  errors.filter(({ extensions }) => extensions['code'] === 'FORBIDDEN').map(({ path }) => path?.join('.'));

test('each field of the table is probed', () => {
  expect(Object.keys(PROBES).sort()).toEqual(Object.keys(FIELD_SCOPES).sort());
});

describe.each(Object.entries(PROBES))('%s', (field, { query, path, also = [] }) => {
  const scope = FIELD_SCOPES[field] ?? 'devices:read';

  test(`is null with FORBIDDEN at its path without ${scope}, whatever else a caller may do`, async () => {
    const answer = await ask(without(scope), query);
    expect(forbidden(answer)).toEqual([path]);
    expect(answer.errors?.[0]?.message).toContain(scope);
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], answer.data);
    expect(value ?? null).toBeNull();
  });

  test(`needs nothing but ${[scope, ...also].join(' and ')}`, async () => {
    expect(forbidden(await ask(only([scope, ...also]), query))).toEqual([]);
  });
});

describe('what the table does not name', () => {
  test('is open to every caller at the root: who asks; what Federation asks is seen to elsewhere', async () => {
    const answer = await ask('nothing', '{ viewer { subject scopes } __typename }');
    expect(answer).toMatchObject({ data: { viewer: { subject: 'nothing', scopes: [] } } });
    const { schema } = buildGraph();
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const open = roots.flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).filter(
        (name) => FIELD_SCOPES[`${type?.name}.${name}`] === undefined,
      ),
    );
    expect(open.sort()).toEqual(['_entities', '_service', 'node', 'nodes', 'viewer']);
  });

  test.each([
    ['device', 'Device', 'devices:read'],
    ['access', 'RemoteAccess', 'remote_access:read'],
  ] as const)('needs for a thing by its id what the thing itself needs: a %s', async (kind, type, scope) => {
    const query = `query { node(id: "$${kind}") { id } nodes(ids: ["$${kind}"]) { id } _entities(representations: [{ __typename: "${type}", id: "$${kind}" }]) { __typename } }`;
    expect(forbidden(await ask(without(scope), query)).sort()).toEqual(['_entities.0', 'node', 'nodes.0']);
    expect(forbidden(await ask(only([scope]), query))).toEqual([]);
  });

  test('shows the key of a device to whoever may read its link, and what a mutation answers no more', async () => {
    const key = '{ remoteAccess(id: "$access") { device { __typename id account vendorDeviceId } } }';
    expect(forbidden(await ask(only(['remote_access:read']), key))).toEqual([]);
    const connect =
      'mutation { disconnectVpn(deviceId: "$gateway") { device { id name } vpnStatus { connected } } }';
    expect(forbidden(await ask(only(['vpn:write']), connect))).toEqual(['disconnectVpn.device']);
  });
});

test('url, host and port of a session are null without links:use, and no error', async () => {
  const { data } = await ask<{ createLink: { session: { id: string; url: string } } }>(
    'everything',
    `mutation { createLink(${LINK_INPUT}) { session { id url } } }`,
  );
  expect(data.createLink.session.url).toMatch(/^https:/);
  const read = `{ session(id: "${data.createLink.session.id}") { id status url host port } }`;
  const { errors, data: shown } = await ask<{ session: Record<string, unknown> }>(without('links:use'), read);
  expect(errors).toBeUndefined();
  expect(shown.session).toMatchObject({ status: 'ACTIVE', url: null, host: null, port: null });
});

test('the schema says the same as the table, field by field', () => {
  const { schema } = buildGraph();
  const said: Record<string, string> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const directive = field.astNode?.directives?.find(({ name }) => name.value === 'requiresScopes');
      if (directive === undefined) continue;
      const [argument] = directive.arguments ?? [];
      said[`${type.name}.${field.name}`] =
        JSON.stringify(argument?.value).match(/"value":"([\w:]+)"/)?.[1] ?? '';
    }
  }
  expect(said).toEqual(FIELD_SCOPES);
});
