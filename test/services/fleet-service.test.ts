import { Fleet } from '../../src/accounts/fleet';
import { DrawbridgeError } from '../../src/domain/errors';
import type { Principal } from '../../src/domain/principal';
import { type FleetPart, FleetService } from '../../src/services/fleet-service';
import type { SessionStore } from '../../src/stores/ports';
import { FakeVendor, fakeAccount, readingAt, recordOf } from '../accounts/fake-account';
import { ManualClock } from '../support/manual-clock';
import { at, LedgerInMemory, NOW, sessionOf } from './sessions';

const CALLER: Principal = { subject: 'ada', scopes: new Set(['devices:read', 'vpn:read']) };
const parts = (...names: readonly FleetPart[]): ReadonlySet<FleetPart> => new Set(names);

function scene() {
  const clock = new ManualClock(NOW);
  const gateways = new FakeVendor([
    recordOf('g1', { model: 'Gate' }),
    recordOf('g2', { status: 'OFFLINE', model: 'Gate' }),
    recordOf('g3', { model: null }),
  ]);
  const routers = new FakeVendor([recordOf('r1', { model: 'Ant' }), recordOf('r2', { model: 'Bee' })]);
  const north = fakeAccount({
    key: 'north',
    vendor: gateways,
    clock,
    driver: {
      vpn: {
        wholeAccount: false,
        status: (ids) =>
          gateways.answer(
            `vpn ${ids.join(',')}`,
            () =>
              new Map(
                ids.map((id) => [id, { ok: true, value: { connected: id === 'g1', ipAddress: null } }]),
              ),
          ),
      },
    },
  });
  const south = fakeAccount({ key: 'south', ofVendor: 'REMOTE_IT', vendor: routers, clock, idsInOneCall: 0 });
  const ledger = new LedgerInMemory([
    sessionOf({ id: 'a', vendorRef: 'a', account: 'north', deviceId: 'north:device:g1', expiresAt: at(60) }),
    sessionOf({ id: 'b', vendorRef: 'b', account: 'north', deviceId: 'north:device:g2', expiresAt: null }),
    sessionOf({ id: 'c', vendorRef: 'c', account: 'south', deviceId: 'south:device:r1', expiresAt: at(-1) }),
    sessionOf({ id: 'd', vendorRef: 'd', account: 'south', deviceId: 'south:device:r1', expiresAt: at(600) }),
  ]);
  const store = ledger as Pick<SessionStore, 'list' | 'count'> as SessionStore;
  return {
    clock,
    gateways,
    routers,
    ledger,
    service: new FleetService(new Fleet([south, north]), store, clock),
  };
}

describe('the fleet at a glance', () => {
  it('counts by vendor, status and model, the most frequent model first', async () => {
    const { service, clock, gateways, routers } = scene();
    const summary = await service.summary(CALLER, {}, parts('total', 'devices'), readingAt(clock));
    expect(summary).toMatchObject({ totalDevices: 5, problems: [], vpnConnected: null });
    expect(summary.byVendor).toEqual([
      { value: 'REMOTE_IT', count: 2 },
      { value: 'EVERYWARE', count: 3 },
    ]);
    expect(summary.byStatus).toEqual([
      { value: 'ONLINE', count: 4 },
      { value: 'OFFLINE', count: 1 },
    ]);
    expect(summary.byModel(20).map(({ value, count }) => `${value} ${count}`)).toEqual([
      'Gate 2',
      'Ant 1',
      'Bee 1',
      'unknown 1',
    ]);
    expect(summary.byModel(1)).toEqual([{ value: 'Gate', count: 2 }]);
    expect(() => summary.byModel(0)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    expect([...gateways.calls, ...routers.calls]).toEqual(['list 0', 'list 0']);
  });

  it('asks for nothing that is not selected', async () => {
    const { service, clock, gateways, routers } = scene();
    await service.summary(CALLER, {}, parts(), readingAt(clock));
    expect([...gateways.calls, ...routers.calls]).toEqual([]);
    await service.summary(CALLER, { vendor: ['REMOTE_IT'] }, parts('total', 'devices'), readingAt(clock));
    expect([gateways.calls.length, routers.calls.length]).toEqual([0, 1]);
  });

  it('counts only what the filter wants', async () => {
    const { service, clock } = scene();
    const summary = await service.summary(CALLER, { status: ['OFFLINE'] }, parts('total'), readingAt(clock));
    expect(summary.totalDevices).toBe(1);
    expect(summary.byVendor).toEqual([
      { value: 'REMOTE_IT', count: 0 },
      { value: 'EVERYWARE', count: 1 },
    ]);
    expect(await summary.activeSessions()).toBe(1);
  });

  it('counts links that are usable now, and those that end soon', async () => {
    const { service, clock } = scene();
    const summary = await service.summary(CALLER, {}, parts(), readingAt(clock));
    expect(await summary.activeSessions()).toBe(3);
    expect(await summary.sessionsExpiringWithin(60)).toBe(0);
    expect(await summary.sessionsExpiringWithin(61)).toBe(1);
    expect(await summary.sessionsExpiringWithin(3600)).toBe(2);
    await expect(summary.sessionsExpiringWithin(-1)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('counts no link where no device is wanted', async () => {
    const { service, clock } = scene();
    const summary = await service.summary(CALLER, { search: 'nothing has this' }, parts(), readingAt(clock));
    expect(await summary.activeSessions()).toBe(0);
    const nowhere = await service.summary(CALLER, { account: ['nowhere'] }, parts(), readingAt(clock));
    expect(await nowhere.activeSessions()).toBe(0);
  });

  it('names an account that cannot be read, and counts the others', async () => {
    const { service, clock, gateways } = scene();
    gateways.before = () => {
      throw new DrawbridgeError('VENDOR_RATE_LIMITED', 'a pause', { retryAfterSeconds: 9 });
    };
    for (const part of ['total', 'devices', 'vpn'] as const) {
      const summary = await service.summary(CALLER, {}, parts('total', part), readingAt(clock));
      expect(summary.totalDevices).toBe(2);
      expect(summary.problems).toEqual([
        {
          account: 'north',
          vendor: 'EVERYWARE',
          code: 'VENDOR_RATE_LIMITED',
          message: 'a pause',
          retryAfterSeconds: 9,
          servedFrom: null,
        },
      ]);
    }
  });

  it('shows a caller its own accounts only', async () => {
    const { service, clock } = scene();
    const walled: Principal = { ...CALLER, accounts: new Set(['south']) };
    const summary = await service.summary(walled, {}, parts('total', 'devices', 'vpn'), readingAt(clock));
    expect(summary).toMatchObject({ totalDevices: 2, vpnConnected: null });
    expect(await summary.activeSessions()).toBe(1);
    expect(service.accounts(walled).map(({ key }) => key)).toEqual(['south']);
    expect(service.vendorOf(walled, 'north')).toBeUndefined();
    expect(service.vendorOf(walled, 'south')).toBe('REMOTE_IT');
  });

  it('needs devices:read', async () => {
    const { service, clock } = scene();
    const stranger: Principal = { subject: 'eve', scopes: new Set(['vpn:read']) };
    await expect(service.summary(stranger, {}, parts('total'), readingAt(clock))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(() => service.accounts(stranger)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

describe('the VPN count', () => {
  it('is of the devices that a filter wants, and null where none of the vendors has a VPN', async () => {
    const { service, clock, gateways } = scene();
    const all = await service.summary(CALLER, {}, parts('vpn'), readingAt(clock));
    expect(all.vpnConnected).toBe(1);
    expect(gateways.calls).toEqual(['list 0', 'vpn g1,g2,g3']);
    const offline = await service.summary(CALLER, { status: ['OFFLINE'] }, parts('vpn'), readingAt(clock));
    expect(offline.vpnConnected).toBe(0);
    const routers = await service.summary(CALLER, { vendor: ['REMOTE_IT'] }, parts('vpn'), readingAt(clock));
    expect(routers.vpnConnected).toBeNull();
  });

  it('without vpn:read costs its own field, and not the rest of the summary', async () => {
    const { service, clock, gateways } = scene();
    const reader: Principal = { subject: 'eve', scopes: new Set(['devices:read']) };
    const summary = await service.summary(reader, {}, parts('total', 'vpn'), readingAt(clock));
    expect(summary.totalDevices).toBe(5);
    expect(() => summary.vpnConnected).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(gateways.calls.filter((call) => call.startsWith('vpn'))).toEqual([]);
  });
});
