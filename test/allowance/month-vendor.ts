import { Account } from '../../src/accounts/account';
import { AccountHealth } from '../../src/accounts/health';
import type { CallPurpose } from '../../src/domain/allowance';
import { success } from '../../src/domain/outcome';
import type { RemoteAccessFacts } from '../../src/domain/remote-access';
import type { Quota } from '../../src/transport/quota';
import type { CallContext } from '../../src/transport/transport';
import type { DeviceRecord, Driver, SessionReads } from '../../src/vendors/driver';
import { rmsCatalogue } from '../../src/vendors/rms/catalogue';
import type { ManualClock } from '../support/manual-clock';

/** An account with the batches and the allowance of RMS, whose vendor answers at once; every call is counted. */
export class MonthVendor {
  readonly calls: Record<CallPurpose, number> = { read: 0, poll: 0, action: 0, finish: 0 };

  constructor(private readonly quota: Quota) {}

  get total(): number {
    return Object.values(this.calls).reduce((sum, calls) => sum + calls, 0);
  }

  /** One request, as the pipeline lets it out. */
  async call(context: CallContext, keys = 1): Promise<void> {
    const purpose = context.purpose ?? 'read';
    await this.quota.take(purpose, keys);
    this.calls[purpose] += 1;
  }

  open(devices: number, clock: ManualClock): Account {
    const rows = Array.from({ length: devices }, (_, nth) => routerOf(String(nth + 1)));
    return new Account({
      key: 'rms',
      vendor: 'TELTONIKA_RMS',
      driver: this.#driver(rows),
      catalogue: rmsCatalogue,
      clock,
      freshness: { devices: 30_000, accesses: 30_000, sessions: 10_000, vpn: 10_000 },
      health: new AccountHealth(clock),
      staleMaxMs: 0,
      circuit: () => 'CLOSED',
      allowance: this.quota,
      spared: () => {},
      close: async () => {},
    });
  }

  #driver(rows: readonly DeviceRecord[]): Driver {
    return {
      listsWholeAccount: false,
      statusFilters: [],
      hasTags: true,
      deviceKey: (id) => id,
      listDevices: async ({ offset, limit }, context) => {
        await this.call(context, limit);
        const page = rows.slice(offset, offset + limit);
        return { rows: page, total: rows.length, last: offset + page.length >= rows.length };
      },
      devicesById: {
        batch: 100,
        get: async (ids, context) => {
          await this.call(context, ids.length);
          return new Map(ids.flatMap((id) => (rows[Number(id) - 1] ? [[id, success(routerOf(id))]] : [])));
        },
      },
      remoteAccesses: {
        list: async (ids, context) => {
          await this.call(context, ids.length);
          return new Map(ids.map((id) => [id, [accessOf(id)]]));
        },
        parse: (localId) => ({ vendorDeviceId: localId.split(':')[0] ?? '' }),
      },
      sessions: this.#sessions(),
    };
  }

  #sessions(): SessionReads {
    return {
      list: async (_, __, context) => {
        await this.call(context);
        return { sessions: [], complete: true };
      },
    };
  }
}

/** The way into a router. */
export function accessOf(vendorDeviceId: string): RemoteAccessFacts {
  return {
    localId: `${vendorDeviceId}:1`,
    vendorDeviceId,
    name: 'WebUI',
    protocol: 'HTTPS',
    host: '192.168.1.1',
    port: 443,
  };
}

function routerOf(vendorDeviceId: string): DeviceRecord {
  return {
    facts: {
      vendorDeviceId,
      name: `router ${vendorDeviceId}`,
      status: 'ONLINE',
      serialNumber: null,
      macAddress: null,
      model: 'RUT956',
      firmwareVersion: null,
      tags: [],
      lastSeenAt: null,
    },
    capabilities: [],
    vpnAnswers: true,
  };
}
