import { Account } from '../../src/accounts/account';
import type { AccountOptions } from '../../src/accounts/account-tools';
import { AccountHealth } from '../../src/accounts/health';
import type { DeviceFacts } from '../../src/domain/device';
import type { CallRecord, Reading } from '../../src/domain/reading';
import type { Clock } from '../../src/domain/time';
import type { Vendor } from '../../src/domain/vendor';
import type { Catalogue, Endpoint } from '../../src/vendors/catalogue';
import type { DevicePage, DevicePageRequest, DeviceRecord, Driver } from '../../src/vendors/driver';
import { ManualClock } from '../support/manual-clock';

/** How old things may be in these tests, in milliseconds. */
export const FRESHNESS = { devices: 30_000, accesses: 30_000, sessions: 10_000, vpn: 10_000 } as const;

/** A device's row, of which only what matters is given. */
export function recordOf(vendorDeviceId: string, facts: Partial<DeviceFacts> = {}): DeviceRecord {
  return {
    facts: {
      vendorDeviceId,
      name: vendorDeviceId,
      status: 'ONLINE',
      serialNumber: null,
      macAddress: null,
      model: null,
      firmwareVersion: null,
      tags: [],
      lastSeenAt: null,
      ...facts,
    },
    capabilities: [],
    accesses: [
      { localId: vendorDeviceId, vendorDeviceId, name: 'VPN', protocol: 'VPN', host: null, port: null },
    ],
    vpnAnswers: true,
  };
}

/** `count` rows: d0, d1, … */
export function recordsOf(count: number): DeviceRecord[] {
  return Array.from({ length: count }, (_, index) => recordOf(`d${index}`));
}

/** A vendor in memory. Every call is noted as a word with what it asked for. */
export class FakeVendor {
  rows: (DeviceRecord | undefined)[];
  readonly calls: string[] = [];
  /** Waited for before each answer. */
  gate: Promise<void> = Promise.resolve();
  /** Called before each answer; what it throws is the answer. */
  before: (call: string) => void = () => {};
  tellsTotal = true;
  mostInFlight = 0;
  #inFlight = 0;

  constructor(rows: readonly (DeviceRecord | undefined)[] = []) {
    this.rows = [...rows];
  }

  async answer<T>(call: string, make: () => T): Promise<T> {
    this.calls.push(call);
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      await this.gate;
      this.before(call);
      return make();
    } finally {
      this.#inFlight -= 1;
    }
  }

  list({ offset, limit, status }: DevicePageRequest): Promise<DevicePage> {
    return this.answer(`list ${offset}${status === undefined ? '' : ` ${status}`}`, () => {
      const all = this.rows.filter((row) => status === undefined || row?.facts.status === status);
      const rows = all.slice(offset, offset + limit);
      const total = this.tellsTotal ? all.length : null;
      return { rows, total, last: total === null ? rows.length < limit : offset + rows.length >= total };
    });
  }

  find(id: string): DeviceRecord | undefined {
    return this.rows.find((row) => row?.facts.vendorDeviceId === id);
  }
}

/** How an account of these tests is made. */
export interface FakeAccountOptions {
  readonly vendor?: FakeVendor;
  readonly key?: string;
  readonly ofVendor?: Vendor;
  readonly clock?: Clock;
  /** Rows of one list call. Default 10. */
  readonly pageSize?: number;
  /** Ids of one call for devices; 0: there is none. Default 1. */
  readonly idsInOneCall?: number;
  readonly driver?: Partial<Driver>;
}

/** An account over a vendor in memory. */
export function fakeAccount(options: FakeAccountOptions = {}): Account {
  const { vendor = new FakeVendor(), clock = new ManualClock(), pageSize = 10, idsInOneCall = 1 } = options;
  const driver: Driver = {
    listsWholeAccount: false,
    statusFilters: ['ONLINE'],
    hasTags: false,
    deviceKey: (id) => (/^[\w-]+$/.test(id) ? id : undefined),
    listDevices: (request) => vendor.list(request),
    ...(idsInOneCall === 0
      ? {}
      : {
          devicesById: {
            batch: idsInOneCall,
            get: (ids) =>
              vendor.answer(`get ${ids.join(',')}`, () => {
                const found = ids.flatMap((id) => vendor.find(id) ?? []);
                return new Map(found.map((value) => [value.facts.vendorDeviceId, { ok: true, value }]));
              }),
          },
        }),
    ...options.driver,
  };
  const given: AccountOptions = {
    key: options.key ?? 'acme',
    vendor: options.ofVendor ?? 'EVERYWARE',
    driver,
    catalogue: catalogueOf(pageSize, idsInOneCall),
    clock,
    freshness: FRESHNESS,
    staleMaxMs: 3_600_000,
    health: new AccountHealth(clock),
    circuit: () => 'CLOSED',
    spared: () => {},
    close: async () => {},
  };
  return new Account(given);
}

function catalogueOf(pageSize: number, idsInOneCall: number): Catalogue {
  const endpoint = (path: string, batch: Endpoint['batch']): Endpoint => ({
    method: 'GET',
    path,
    purpose: 'a test',
    batch,
    freshness: 'devices',
    permission: 'none',
    source: 'this file',
  });
  return {
    listDevices: endpoint('/list', pageSize),
    devicesById: endpoint('/get', idsInOneCall),
    listRemoteAccesses: endpoint('/accesses', 2),
    listSessions: endpoint('/sessions', 1),
    vpnStatus: endpoint('/vpn', 1),
  };
}

/** An operation that begins now, and what it noted. */
export function readingAt(
  clock: Clock,
  wishes: Partial<Reading> = {},
): Reading & { readonly noted: CallRecord[] } {
  const noted: CallRecord[] = [];
  return { startedAt: clock.monotonic(), note: (call) => noted.push(call), noted, ...wishes };
}

/** A promise that a test settles itself. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
