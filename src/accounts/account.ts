import type { QuotaReport } from '../domain/allowance';
import type { CircuitState } from '../domain/circuit';
import type { Device, DeviceStatus } from '../domain/device';
import { formatId } from '../domain/ids';
import { type Outcome, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { RemoteAccess, RemoteAccessFacts } from '../domain/remote-access';
import type { Vendor } from '../domain/vendor';
import type { VpnStatus } from '../domain/vpn';
import { type AccountOptions, AccountTools } from './account-tools';
import { AccountWrites, type Memory } from './account-writes';
import { inChunks, mapOutcome, pick, unique } from './batch';
import { contextOf } from './call-context';
import type { DeviceSlice, SliceRequest } from './device-pager';
import { DeviceReads } from './device-reads';
import { devicesIn } from './device-runs';
import type { HealthReport } from './health';
import { type ImaginedWorld, imagineDriver } from './imagined-driver';
import type { KeyedReads } from './keyed-reads';
import type { RememberedDevices } from './remembered-devices';
import { type ServedOlder, servedOlder } from './served-older';
import { type ListedSessions, SessionReads } from './session-reads';
import { VpnReads } from './vpn-reads';

/**
 * One account at a vendor: the portable type over a driver. It keeps the driver's preconditions (no empty, double or
 * oversized list of ids), reads through a memory with single flight, and names itself in every error, once.
 */
export class Account {
  readonly key: string;
  readonly vendor: Vendor;
  /** What can be done here, beside reading. */
  readonly writes: AccountWrites;
  readonly #tools: AccountTools;
  readonly #devices: DeviceReads;
  readonly #accesses: KeyedReads<readonly RemoteAccessFacts[]>;
  readonly #sessions: SessionReads;
  readonly #vpn: VpnReads;

  /** `behind`: the account whose memory answers where this one's does not; for one that is only imagined. */
  constructor(
    private readonly options: AccountOptions,
    behind?: Account,
  ) {
    this.key = options.key;
    this.vendor = options.vendor;
    const tools = new AccountTools(options);
    this.#tools = tools;
    this.#devices = new DeviceReads(tools, behind === undefined ? undefined : behind.#devices);
    this.#accesses = tools.reads<readonly RemoteAccessFacts[]>({
      kind: 'accesses',
      operation: 'listRemoteAccesses',
      absent: [],
      load: (keys, reading) => this.#listAccesses(keys, reading),
      behind: behind === undefined ? undefined : behind.#accesses.cache,
    });
    this.#sessions = new SessionReads(tools, behind === undefined ? undefined : behind.#sessions);
    this.#vpn = new VpnReads(tools, this.#devices, behind === undefined ? undefined : behind.#vpn);
    this.writes = new AccountWrites(options, this.#memory(), (facts) => this.#toAccess(facts));
  }

  /** True where a filter by this status costs no walk. */
  canFilterBy(status: DeviceStatus): boolean {
    return this.options.driver.statusFilters.includes(status);
  }

  /** False where no device of this account can carry a tag. */
  get hasTags(): boolean {
    return this.options.driver.hasTags;
  }

  /** True where some device of this account can have a VPN. */
  get hasVpn(): boolean {
    return this.options.driver.vpn !== undefined;
  }

  /** True where the vendor can list links; else only the graph itself knows them. */
  get listsSessions(): boolean {
    return this.options.driver.sessions !== undefined;
  }

  /** How the account is doing, as far as its last calls told. */
  health(): HealthReport {
    return this.options.health.report();
  }

  /** What is left of the account's allowance; null where none is known. */
  quota(): QuotaReport | null {
    return this.options.allowance?.report() ?? null;
  }

  /**
   * Calls that polling may spend in the next hour, beside what else is asked of the account; never quite 0 while any
   * are left. Null: no allowance is known.
   */
  pollCallsPerHour(): number | null {
    return this.options.allowance?.pollCallsPerHour() ?? null;
  }

  /** Whether devices were answered older than asked because the allowance runs low; undefined: they were not. */
  servedOlder(devices: readonly Device[], reading: Reading): ServedOlder | undefined {
    return servedOlder(this.options, devices, reading);
  }

  /** Whether calls to the vendor are let through. */
  circuit(): CircuitState {
    return this.options.circuit();
  }

  /** The devices as they were last told, for while the vendor cannot be read. */
  get lastKnown(): RememberedDevices {
    return this.#devices.lastKnown;
  }

  /** Part of the device list; `status` is one of those the vendor can filter by. */
  slice(request: SliceRequest, status: DeviceStatus | undefined, reading: Reading): Promise<DeviceSlice> {
    return this.#tools.guard(() => this.#devices.list.slice(request, status, reading));
  }

  /** Part of the device list, where the vendor itself cannot filter: out of one walk. */
  sliceOfWalk(request: SliceRequest, reading: Reading): Promise<DeviceSlice> {
    return this.#tools.guard(() => this.#devices.list.sliceOfWalk(request, reading));
  }

  /** All devices in the vendor's own order, each once. */
  async walk(reading: Reading): Promise<readonly Device[]> {
    const run = await this.#tools.guard(() => this.#devices.list.walk(undefined, reading));
    return devicesIn(run);
  }

  /** How many devices there are; null where the vendor does not tell. */
  total(status: DeviceStatus | undefined, reading: Reading): Promise<number | null> {
    return this.#tools.guard(() => this.#devices.list.total(status, reading));
  }

  /** How many devices there were when last told, without asking; undefined: never told. */
  lastTotal(): number | undefined {
    return this.#devices.list.runs.lastTotal();
  }

  /** True where neither a device nor a way in was ever told. */
  get isBlank(): boolean {
    return this.#devices.isBlank && this.#accesses.cache.isEmpty && this.lastTotal() === undefined;
  }

  /** True where the whole device list was told once, and its size to be no other since. */
  get hasBeenListed(): boolean {
    return this.#devices.list.runs.lastWhole() !== undefined;
  }

  /** Shape: the vendor's id as asked to its device; null: the vendor has none. */
  async devicesById(
    vendorDeviceIds: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<Device | null>>> {
    const known = await this.#devices.byId(vendorDeviceIds, reading);
    return new Map(
      [...known].map(([id, outcome]) => [id, mapOutcome(outcome, (entry) => entry?.device ?? null)]),
    );
  }

  /** A device that is fresh in memory, without asking. */
  peekDevice(vendorDeviceId: string, reading: Reading): Device | undefined {
    return this.#devices.peek(vendorDeviceId, reading);
  }

  /** Shape: vendorDeviceId to the ways into it; empty for a device that has none. */
  async remoteAccesses(
    vendorDeviceIds: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<readonly RemoteAccess[]>>> {
    const { driver } = this.options;
    if (driver.remoteAccesses === undefined) {
      const known = await this.#devices.byId(vendorDeviceIds, reading);
      return new Map(
        [...known].map(([id, outcome]) => [
          id,
          mapOutcome(outcome, (entry) => this.#toAccesses(entry?.record.accesses ?? [])),
        ]),
      );
    }
    const asked = unique(vendorDeviceIds.filter((id) => driver.deviceKey(id) !== undefined));
    const found = asked.length === 0 ? new Map() : await this.#accesses.get(asked, reading);
    return new Map(
      vendorDeviceIds.map((id) => [
        id,
        driver.deviceKey(id) === undefined
          ? success([])
          : mapOutcome(pick(found, id), ({ value }) => this.#toAccesses(value)),
      ]),
    );
  }

  /** The device that an access leads into, by the local part of the access's id; undefined where it cannot be one. */
  deviceOfAccess(accessLocalId: string): string | undefined {
    const { driver } = this.options;
    if (driver.remoteAccesses !== undefined)
      return driver.remoteAccesses.parse(accessLocalId)?.vendorDeviceId;
    return driver.deviceKey(accessLocalId) === undefined ? undefined : accessLocalId;
  }

  /** Shape: the local part of an access's id to its links, at one call each. `wanted`: true for the usable ones only. */
  sessions(
    wanted: ReadonlyMap<string, boolean>,
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<ListedSessions>>> {
    return this.#sessions.list(wanted, reading);
  }

  /**
   * Shape: vendorDeviceId to its VPN state; null where the vendor has none for it. `devices` is how the devices
   * themselves are read, which tell whether there is anything to ask for.
   */
  async vpnStatus(
    vendorDeviceIds: readonly string[],
    reading: Reading,
    devices: Reading = reading,
  ): Promise<ReadonlyMap<string, Outcome<VpnStatus | null>>> {
    return this.#vpn.status(vendorDeviceIds, reading, devices);
  }

  /** Calls that reading the whole device list costs, as far as its length was ever told. */
  get walkCalls(): number {
    if (this.options.driver.listsWholeAccount) return 1;
    return Math.max(1, Math.ceil((this.lastTotal() ?? 0) / this.#tools.batchOf('listDevices')));
  }

  /** Calls that reading the VPN states of so many devices costs at most. */
  vpnCallsFor(devices: number): number {
    return this.options.driver.vpn?.wholeAccount === true ? 1 : devices;
  }

  /**
   * This account as it might be: its vendor is imagined from what was last told, however long ago, and, where nothing
   * was, as the world says. Its calls go nowhere and are noted as if they went out. Nothing of this account changes.
   */
  imagine(world: ImaginedWorld): Account {
    const { key, driver, catalogue } = this.options;
    const remembered = {
      devices: this.#devices.list.runs.lastWhole(),
      total: this.lastTotal(),
      device: (id: string) => this.#devices.remembered(id),
      accesses: (id: string) => this.#accesses.cache.last(id),
    };
    const imagined = imagineDriver({ key, driver, catalogue, remembered, world });
    const { observer: _, ...own } = this.options;
    const options = { ...own, driver: imagined, spared: () => {}, close: async () => {} };
    return new Account(options, world.remembers ? this : undefined);
  }

  close(): Promise<void> {
    return this.options.close();
  }

  async #listAccesses(
    keys: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<readonly RemoteAccessFacts[]>>> {
    const list = this.options.driver.remoteAccesses?.list;
    if (list === undefined) return new Map();
    return inChunks(keys, this.#tools.batchOf('listRemoteAccesses'), async (chunk) => {
      const found = await list(chunk, contextOf(reading));
      return new Map(chunk.map((key) => [key, success(found.get(key) ?? [])]));
    });
  }

  #memory(): Memory {
    return {
      accesses: this.#accesses,
      sessions: this.#sessions,
      learnVpn: (vendorDeviceId, facts) => this.#vpn.learn(vendorDeviceId, facts),
    };
  }

  #toAccesses(facts: readonly RemoteAccessFacts[]): readonly RemoteAccess[] {
    return facts.map((access) => this.#toAccess(access));
  }

  #toAccess(facts: RemoteAccessFacts): RemoteAccess {
    return {
      ...facts,
      id: formatId(this.key, 'access', facts.localId),
      account: this.key,
      deviceId: formatId(this.key, 'device', facts.vendorDeviceId),
    };
  }
}
