import { type ExpectedDevice, expectedDevices } from '../services/simulated-fleet';
import type { GraphResult } from '../support/service';
import { askedService } from './asked-service';

const scene = askedService();
const { clock, ask } = scene;

const EVERYTHING = `query ($first: Int, $after: String) {
  devices(first: $first, after: $after) {
    nodes {
      id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt
      remoteAccesses { id name protocol host port }
      sessions { id status url createdAt expiresAt createdBy remoteAccess { id } }
      vpnStatus { connected ipAddress }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

describe('every value of every device', () => {
  it('is what its vendor has, through pages, with ways in, links and VPN states', async () => {
    const told: ExpectedDevice[] = [];
    for (let after: string | null = null; ; ) {
      const answer: GraphResult<{
        devices: { nodes: ExpectedDevice[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      }> = await ask(EVERYTHING, { first: 40, after });
      expect(answer.errors).toBeUndefined();
      const { nodes, pageInfo } = answer.data.devices;
      told.push(...nodes);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const expected = expectedDevices(scene.service.simulators, clock.now());
    expect(told).toEqual(expected);
    // The fleet shows everything that the comparison is about.
    expect(new Set(told.map(({ status }) => status))).toEqual(
      new Set(['ONLINE', 'OFFLINE', 'NOT_ACTIVATED']),
    );
    expect(told.some(({ sessions }) => sessions.length > 0)).toBe(true);
    for (const account of ['rms', 'everyware']) {
      const own = told.filter((device) => device.account === account);
      expect(own.some(({ vpnStatus }) => vpnStatus?.connected === true)).toBe(true);
      expect(own.some(({ vpnStatus }) => vpnStatus?.connected === false)).toBe(true);
      expect(own.some(({ vpnStatus }) => vpnStatus === null)).toBe(true);
    }
  });

  it('is the same by its id', async () => {
    const expected = expectedDevices(scene.service.simulators, clock.now());
    const answer = await ask<{ nodes: unknown[] }>(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Device {
        id vendor account vendorDeviceId name status serialNumber macAddress model firmwareVersion tags lastSeenAt
      } } }`,
      { ids: expected.map(({ id }) => id) },
    );
    expect(answer.data.nodes).toEqual(
      expected.map(({ remoteAccesses: _r, sessions: _s, vpnStatus: _v, ...facts }) => facts),
    );
  });

  it('is counted right at a glance', async () => {
    const expected = expectedDevices(scene.service.simulators, clock.now());
    const answer = await ask<{ fleet: Record<string, unknown> }>(
      '{ fleet { totalDevices byVendor { value count } byStatus { value count } byModel(first: 100) { value count } vpnConnected activeSessions problems { code } } }',
    );
    const count = (of: (device: ExpectedDevice) => string) => {
      const counts = new Map<string, number>();
      for (const device of expected) counts.set(of(device), (counts.get(of(device)) ?? 0) + 1);
      return [...counts].map(([value, number]) => ({ value, count: number }));
    };
    const { fleet } = answer.data;
    expect(fleet).toMatchObject({
      totalDevices: expected.length,
      vpnConnected: expected.filter(({ vpnStatus }) => vpnStatus?.connected === true).length,
      activeSessions: expected.flatMap(({ sessions }) => sessions).length,
      problems: [],
    });
    expect(new Set(fleet['byVendor'] as unknown[])).toEqual(new Set(count(({ vendor }) => vendor)));
    expect(new Set(fleet['byStatus'] as unknown[])).toEqual(new Set(count(({ status }) => status)));
    expect(new Set(fleet['byModel'] as unknown[])).toEqual(new Set(count(({ model }) => model ?? 'unknown')));
  });
});
