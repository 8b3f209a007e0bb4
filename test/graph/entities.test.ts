import { startTestService, type TestService } from '../support/service';
import { countCalls, resetCalls } from './call-budget-table';

type Representation = unknown;
interface Entities<T> {
  readonly _entities: readonly (T | null)[];
}

const COLD = { 'cache-control': 'no-cache' };

let service: TestService;

beforeEach(async () => {
  service = await startTestService({ simulators: { devices: 3000 } });
});

afterEach(() => service?.close());

function entities<T = { readonly id: string }>(
  representations: readonly Representation[],
  fields = '... on Device { id } ... on RemoteAccess { id } ... on Session { id }',
) {
  return service.query<Entities<T>>(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${fields} } }`,
    { variables: { representations }, headers: COLD },
  );
}

const device = (id: string) => ({ __typename: 'Device', id });
const rmsIds = () => service.simulators.rms.state.devices().map(({ id }) => `rms:device:${id}`);
const everywareIds = () =>
  service.simulators.everyware.state.devices().map(({ id }) => `everyware:device:${id}`);
const remoteitIds = () =>
  service.simulators.remoteit.state.rows().map(({ address }) => `remoteit:device:${address}`);

/** How many calls pages of 100 cost. */
const pages = (rows: number) => Math.ceil(rows / 100);

describe('1,000 representations of devices cost what a page costs', () => {
  test('of RMS: one call per 100', async () => {
    const ids = rmsIds().slice(0, 1000);
    const { data, errors } = await entities(ids.map(device));
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity) => entity?.id)).toEqual(ids);
    expect(countCalls(service.simulators)).toEqual({ rms: 10, remoteit: 0, everyware: 0 });
  });

  test('of Everyware: one walk', async () => {
    const ids = everywareIds().slice(0, 1000);
    const { data, errors } = await entities(ids.map(device));
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity) => entity?.id)).toEqual(ids);
    expect(countCalls(service.simulators)).toEqual({
      rms: 0,
      remoteit: 0,
      everyware: pages(everywareIds().length),
    });
  });

  test('of remote.it: one call, whichever key they come with', async () => {
    const ids = remoteitIds().slice(0, 600);
    const byPlace = ids.map((id) => ({
      __typename: 'Device',
      account: 'remoteit',
      vendorDeviceId: id.slice('remoteit:device:'.length),
    }));
    const { data, errors } = await entities(byPlace);
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity) => entity?.id)).toEqual(ids);
    expect(countCalls(service.simulators)).toEqual({ rms: 0, remoteit: 1, everyware: 0 });
  });

  test('of all three at once, twice each: no more than apart', async () => {
    const ids = [...rmsIds().slice(0, 200), ...everywareIds().slice(0, 200), ...remoteitIds().slice(0, 100)];
    const { data } = await entities([...ids, ...ids].map(device));
    expect(data._entities.map((entity) => entity?.id)).toEqual([...ids, ...ids]);
    expect(countCalls(service.simulators)).toEqual({
      rms: 2,
      remoteit: 1,
      everyware: pages(everywareIds().length),
    });
  });
});

describe('ways in', () => {
  const accessesOf = async (ids: readonly string[]) => {
    const { data } = await service.query<{
      nodes: readonly { id: string; remoteAccesses: readonly { id: string; name: string }[] }[];
    }>('query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Device { remoteAccesses { id name } } } }', {
      variables: { ids },
      headers: COLD,
    });
    return data.nodes.flatMap((node) =>
      node.remoteAccesses.map((access) => ({ ...access, device: node.id })),
    );
  };

  test('are found by id, and by their device and name, for one call per 100 devices', async () => {
    const accesses = await accessesOf(rmsIds().slice(0, 200));
    expect(accesses.length).toBeGreaterThan(200);
    const ids = accesses.map(({ id }) => id).slice(0, 1000);
    for (const representations of [
      ids.map((id) => ({ __typename: 'RemoteAccess', id })),
      accesses
        .slice(0, 1000)
        .map(({ device: id, name }) => ({ __typename: 'RemoteAccess', device: { id }, name })),
    ]) {
      resetCalls(service.simulators);
      const { data, errors } = await entities(representations);
      expect(errors).toBeUndefined();
      expect(data._entities.map((entity) => entity?.id)).toEqual(ids);
      expect(countCalls(service.simulators)).toEqual({ rms: 2, remoteit: 0, everyware: 0 });
    }
  });

  test('are found by name at every vendor, and null under a name that their device does not have', async () => {
    const [rms = '', everyware = '', remoteit = ''] = [rmsIds()[0], everywareIds()[0], remoteitIds().at(-1)];
    const accesses = await accessesOf([rms, everyware, remoteit]);
    const { data, errors } = await entities([
      ...accesses.map(({ device: id, name }) => ({ __typename: 'RemoteAccess', device: { id }, name })),
      { __typename: 'RemoteAccess', device: { id: rms }, name: 'no such name' },
      { __typename: 'RemoteAccess', device: { account: 'rms', vendorDeviceId: '1' }, name: 'WebUI' },
    ]);
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity) => entity?.id ?? null)).toEqual([
      ...accesses.map(({ id }) => id),
      null,
      null,
    ]);
  });
});

describe('sessions', () => {
  test('are found without any vendor call', async () => {
    const { data: opened } = await service.query<{ openAccess: { session: { id: string } } }>(
      `mutation { openAccess(input: { deviceId: "${everywareOnline()}", protocol: SSH, durationSeconds: 600 }) { session { id } } }`,
    );
    const { id } = opened.openAccess.session;
    resetCalls(service.simulators);
    const { data, errors } = await entities([
      { __typename: 'Session', id },
      { __typename: 'Session', id: 'rms:session:none' },
    ]);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([{ __typename: 'Session', id }, null]);
    expect(countCalls(service.simulators)).toEqual({ rms: 0, remoteit: 0, everyware: 0 });
  });
});

function everywareOnline(): string {
  const { state } = service.simulators.everyware;
  const online = state
    .devices()
    .find(
      ({ id, applicationIdentifiers }) => state.isOnline(id) && applicationIdentifiers?.includes('VPNCLIENT'),
    );
  return `everyware:device:${online?.id}`;
}

describe('one representation among others', () => {
  const MALFORMED: readonly (readonly [string, unknown])[] = [
    ['of no type', { id: 'rms:device:1' }],
    ['of an unknown type', { __typename: 'Site', id: '1' }],
    ['of a type that is no entity', { __typename: 'PageInfo', hasNextPage: true }],
    ['of a type of JavaScript', { __typename: 'constructor' }],
    ['whose type is no text', { __typename: ['Device'], id: 'rms:device:1', account: 1 }],
    ['that is a text', 'Device'],
    ['that is a list', [device('rms:device:1')]],
    ['without its key', { __typename: 'Device' }],
    ['with half of a key', { __typename: 'Device', account: 'rms' }],
    ['with a number for a key', { __typename: 'Device', id: 70810 }],
    ['with an id of another kind', { __typename: 'Session', id: 'rms:device:70810' }],
    ['with an account that cannot be one', { __typename: 'Device', account: '../x', vendorDeviceId: '1' }],
    ['whose device is no object', { __typename: 'RemoteAccess', device: 'rms:device:1', name: 'x' }],
    ['without a name', { __typename: 'RemoteAccess', device: { id: 'rms:device:1' } }],
  ];

  test.each(MALFORMED)('%s is an error of its own', async (_, malformed) => {
    const [good = ''] = rmsIds();
    const { data, errors } = await entities([device(good), malformed, device(good)]);
    expect(data._entities).toEqual([
      { __typename: 'Device', id: good },
      null,
      { __typename: 'Device', id: good },
    ]);
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['_entities', 1],
        extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
      }),
    ]);
    expect(countCalls(service.simulators)).toEqual({ rms: 1, remoteit: 0, everyware: 0 });
  });

  test('that nobody knows is null without an error', async () => {
    const [good = ''] = rmsIds();
    const { data, errors } = await entities([
      device('rms:device:1'),
      device('elsewhere:device:1'),
      device(good),
    ]);
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([null, null, { __typename: 'Device', id: good }]);
  });

  test('whose vendor fails is an error that names it, and exactly that one', async () => {
    service.simulators.rms.faults.add({ kind: 'status', status: 503, route: 'GET /devices' });
    const [rms = ''] = rmsIds();
    const [everyware = ''] = everywareIds();
    const [remoteit = ''] = remoteitIds();
    const { data, errors } = await entities([everyware, rms, remoteit].map(device));
    expect(data._entities.map((entity) => entity?.id ?? null)).toEqual([everyware, null, remoteit]);
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['_entities', 1],
        extensions: expect.objectContaining({ code: 'VENDOR_UNAVAILABLE', account: 'rms' }),
      }),
    ]);
  });
});
