import { startTestService, type TestService } from '../support/service';
import {
  AnyNodeDocument,
  CloseSessionDocument,
  type DeviceFilter,
  DevicePageDocument,
  type DeviceRowFragment,
  FleetAtAGlanceDocument,
  OneDeviceDocument,
  OpenAccessDocument,
  type OpenAccessInput,
} from './generated/graphql';
import { send } from './send';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 40 } });
});

afterAll(async () => {
  await service?.close();
});

async function firstOf(filter: DeviceFilter): Promise<DeviceRowFragment> {
  const { devices } = await send(service.url, DevicePageDocument, { first: 1, filter });
  const [device] = devices.nodes;
  if (device === undefined) throw new Error('the simulated fleet has no such device');
  return device;
}

test('a document without variables is sent without any', async () => {
  const { fleet } = await send(service.url, FleetAtAGlanceDocument);
  const total: number = fleet.totalDevices;
  expect(total).toBe(fleet.byVendor.reduce((sum, { count }) => sum + count, 0));
  expect(fleet.problems).toEqual([]);
});

test('pages follow each other by their typed cursors until nothing is left', async () => {
  const ids = new Set<string>();
  let after: string | null | undefined = null;
  let pages = 0;
  do {
    const { devices }: Awaited<ReturnType<typeof page>> = await page(after);
    for (const { id } of devices.nodes) ids.add(id);
    expect(devices.totalCount).toBe(40);
    after = devices.pageInfo.hasNextPage ? devices.pageInfo.endCursor : null;
    pages += 1;
  } while (after !== null && pages < 10);
  expect(pages).toBe(3);
  expect(ids.size).toBe(40);

  function page(from: string | null | undefined) {
    return send(service.url, DevicePageDocument, { first: 15, after: from });
  }
});

test('enums are the words of the schema', async () => {
  const device = await firstOf({ vendor: ['TELTONIKA_RMS'], status: ['ONLINE'] });
  // The compiler knows these words, and no other.
  const { vendor, status }: { vendor: 'TELTONIKA_RMS' | 'REMOTE_IT' | 'EVERYWARE'; status: string } = device;
  expect({ vendor, status }).toEqual({ vendor: 'TELTONIKA_RMS', status: 'ONLINE' });
});

test('what may be null has to be looked at before it is used', async () => {
  const { id, capabilities } = await firstOf({ vendor: ['TELTONIKA_RMS'] });
  const { device } = await send(service.url, OneDeviceDocument, { id });
  const ports: (number | null | undefined)[] = (device?.remoteAccesses ?? []).map(({ port }) => port);
  expect(ports.every((port) => port === null || Number.isInteger(port))).toBe(true);
  expect(device?.capabilities).toEqual(capabilities);
  const unknown = await send(service.url, OneDeviceDocument, { id: 'rms:device:0' });
  expect(unknown.device).toBeNull();
});

test('a node tells its type, and has the fields of that type only', async () => {
  const { id, name } = await firstOf({ vendor: ['REMOTE_IT'] });
  const { node } = await send(service.url, AnyNodeDocument, { id });
  if (node?.__typename !== 'Device') throw new Error(`a device answered as ${node?.__typename}`);
  expect(node.name).toBe(name);
});

test('a link is opened, replayed and closed by typed mutations', async () => {
  const { id } = await firstOf({ vendor: ['TELTONIKA_RMS'], status: ['ONLINE'] });
  const input: OpenAccessInput = {
    deviceId: id,
    protocol: 'HTTPS',
    durationSeconds: 600,
    reason: 'a look',
    idempotencyKey: 'typed',
  };
  const { openAccess } = await send(service.url, OpenAccessDocument, { input });
  expect(openAccess).toMatchObject({ replayed: false, session: { status: 'ACTIVE', reason: 'a look' } });
  const again = await send(service.url, OpenAccessDocument, { input });
  expect(again.openAccess).toMatchObject({ replayed: true, session: { id: openAccess.session.id } });
  const { closeSession } = await send(service.url, CloseSessionDocument, { id: openAccess.session.id });
  expect(closeSession.session).toMatchObject({ status: 'CLOSED', url: null });
});

test('an error of the graph rejects, with its message', async () => {
  await expect(send(service.url, OneDeviceDocument, { id: 'no id' })).rejects.toThrow(
    'Not the id of a device',
  );
});
