import type { Device } from '../domain/device';
import { formatId } from '../domain/ids';
import { type Outcome, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { DeviceRecord } from '../vendors/driver';
import type { AccountTools } from './account-tools';
import { pick, unique } from './batch';
import { DeviceList, type DeviceListOptions } from './device-list';
import { lookUpDevices } from './device-lookup';
import type { KnownDevice } from './device-runs';
import type { KeyedReads } from './keyed-reads';
import type { Learned } from './read-cache';
import { RememberedDevices } from './remembered-devices';

/** The devices of one account: its list, and each by its id. */
export class DeviceReads {
  readonly list: DeviceList;
  /** For while the vendor cannot be read. */
  readonly lastKnown: RememberedDevices;
  readonly #byKey: KeyedReads<KnownDevice | null>;

  /** `behind`: whose memory answers where this one's does not. */
  constructor(
    private readonly tools: AccountTools,
    behind?: DeviceReads,
  ) {
    const { driver, clock, freshness } = tools.options;
    const pageSize = tools.batchOf('listDevices');
    const byId = driver.devicesById === undefined ? 'listDevices' : 'devicesById';
    const listing: DeviceListOptions = {
      driver,
      clock,
      maxAgeMs: freshness.devices,
      leastAgeMs: tools.leastAgeOf('devices'),
      mayJoin: () => tools.mayJoin(),
      batch: pageSize,
      toDevice: (record, at) => this.#toDevice(record, at),
      learned: (known, { at, learnedAt }) => {
        this.#byKey.cache.keep(known.key, { value: known, at, learnedAt });
        tools.options.observer?.deviceSeen(known.device);
      },
      spared: (from, keys, reading) => tools.spared('devices', 'listDevices', { from, keys }, reading),
    };
    this.list = new DeviceList(listing, behind?.list);
    this.lastKnown = new RememberedDevices({
      runs: this.list.runs,
      staleMaxMs: tools.options.staleMaxMs,
      batch: pageSize,
    });
    this.#byKey = tools.reads<KnownDevice | null>({
      kind: 'devices',
      operation: byId,
      absent: null,
      load: (keys, reading) =>
        lookUpDevices(
          {
            driver,
            list: this.list,
            pageSize,
            known: (key, sought) => this.#byKey.cache.fresh(key, sought)?.value,
            toKnown: (key, record) => {
              const device = this.#toDevice(record, clock.now());
              tools.options.observer?.deviceSeen(device);
              return { key, record, device };
            },
            absent: (key, { at, learnedAt }) => this.#byKey.cache.keep(key, { value: null, at, learnedAt }),
          },
          keys,
          reading,
        ),
      behind: behind === undefined ? undefined : behind.#byKey.cache,
    });
  }

  /**
   * Shape: the vendor's id as asked to what is known of its device; null: the vendor has none. While the vendor cannot
   * be read, a device is as it was last told: its `observedAt` says when.
   */
  async byId(
    vendorDeviceIds: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<KnownDevice | null>>> {
    const { driver } = this.tools.options;
    const keys = new Map(vendorDeviceIds.map((id) => [id, driver.deviceKey(id)]));
    const asked = unique([...keys.values()].flatMap((key) => (key === undefined ? [] : [key])));
    const found: ReadonlyMap<string, Outcome<Learned<KnownDevice | null>>> = asked.length === 0
      ? new Map()
      : await this.#byKey.get(asked, reading);
    return new Map(
      [...keys].map(([id, key]) => [
        id,
        key === undefined ? success(null) : this.#orRemembered(key, pick(found, key), reading),
      ]),
    );
  }

  /** True where no device was ever told. */
  get isBlank(): boolean {
    return this.#byKey.cache.isEmpty;
  }

  /** A device as it was last told, however long ago; null: the vendor had none. */
  remembered(vendorDeviceId: string): KnownDevice | null | undefined {
    const key = this.tools.options.driver.deviceKey(vendorDeviceId);
    return key === undefined ? null : this.#byKey.cache.last(key);
  }

  /** That a device was not there before is no sign that it is not there now. */
  #orRemembered(
    key: string,
    outcome: Outcome<Learned<KnownDevice | null>>,
    reading: Reading,
  ): Outcome<KnownDevice | null> {
    if (outcome.ok) return success(outcome.value.value);
    const known = this.#byKey.cache.fresh(key, this.lastKnown.relax(reading))?.value;
    return known === undefined || known === null || outcome.error.source === undefined
      ? outcome
      : success(known);
  }

  /** A device that is fresh in memory, without asking. */
  peek(vendorDeviceId: string, reading: Reading): Device | undefined {
    const key = this.tools.options.driver.deviceKey(vendorDeviceId);
    return key === undefined ? undefined : this.#byKey.cache.fresh(key, reading)?.value?.device;
  }

  #toDevice(record: DeviceRecord, at: number): Device {
    const { key, vendor } = this.tools.options;
    return {
      ...record.facts,
      id: formatId(key, 'device', record.facts.vendorDeviceId),
      account: key,
      vendor,
      observedAt: new Date(at),
      capabilities: record.capabilities,
    };
  }
}
