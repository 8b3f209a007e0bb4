import { type Outcome, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { VpnFacts, VpnStatus } from '../domain/vpn';
import type { AccountTools } from './account-tools';
import { mapOutcome, pick, unique } from './batch';
import { contextOf } from './call-context';
import type { DeviceReads } from './device-reads';
import type { KeyedReads } from './keyed-reads';

/** One answer of the vendor for the VPN states of a whole account. */
type VpnOfAll = ReadonlyMap<string, Outcome<VpnFacts | null>>;

/** The VPN states of one account: one call for all devices where its vendor answers so, else one for each that can answer. */
export class VpnReads {
  readonly #byDevice: KeyedReads<VpnFacts | null>;
  readonly #ofAll: KeyedReads<VpnOfAll>;

  /** `behind`: whose memory answers where this one's does not. */
  constructor(
    private readonly tools: AccountTools,
    private readonly devices: DeviceReads,
    behind?: VpnReads,
  ) {
    this.#byDevice = tools.reads<VpnFacts | null>({
      kind: 'vpn',
      operation: 'vpnStatus',
      absent: null,
      load: (keys, reading) => this.#ask(keys, reading),
      behind: behind === undefined ? undefined : behind.#byDevice.cache,
    });
    this.#ofAll = tools.reads<VpnOfAll>({
      kind: 'vpn',
      operation: 'listVpnStatus',
      absent: new Map(),
      load: async (keys, reading) => {
        const all = await this.#ask(keys, reading);
        return new Map(keys.map((key) => [key, success(all)]));
      },
      behind: behind === undefined ? undefined : behind.#ofAll.cache,
    });
  }

  /** Shape: vendorDeviceId to its VPN state; null where the vendor has none for it. */
  async status(
    vendorDeviceIds: readonly string[],
    reading: Reading,
    devices: Reading,
  ): Promise<ReadonlyMap<string, Outcome<VpnStatus | null>>> {
    const { vpn } = this.tools.options.driver;
    if (vpn === undefined) return new Map(vendorDeviceIds.map((id) => [id, success(null)]));
    if (vpn.wholeAccount) return this.#fromAll(vendorDeviceIds, reading);
    const known = await this.devices.byId(vendorDeviceIds, devices);
    const asked = vendorDeviceIds.filter((id) => {
      const outcome = pick(known, id);
      return outcome.ok && outcome.value?.record.vpnAnswers === true;
    });
    const found = asked.length === 0 ? new Map() : await this.#byDevice.get(unique(asked), reading);
    return new Map(
      vendorDeviceIds.map((id) => {
        const outcome = pick(known, id);
        if (!outcome.ok) return [id, outcome];
        return [id, found.has(id) ? mapOutcome(pick(found, id), toVpnStatus) : success(null)];
      }),
    );
  }

  /** Keeps what an action of this graph told. */
  learn(vendorDeviceId: string, facts: VpnFacts): void {
    this.#byDevice.tell(vendorDeviceId, facts);
    const { key, observer } = this.tools.options;
    observer?.vpnSeen(key, new Map([[vendorDeviceId, facts]]));
  }

  async #fromAll(
    vendorDeviceIds: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<VpnStatus | null>>> {
    const all = pick(await this.#ofAll.get(['*'], reading), '*');
    return new Map(
      vendorDeviceIds.map((id) => {
        if (!all.ok) return [id, all];
        const facts = all.value.value.get(id) ?? success(null);
        return [id, mapOutcome(facts, (value) => toVpnStatus({ value, at: all.value.at }))];
      }),
    );
  }

  async #ask(keys: readonly string[], reading: Reading): Promise<VpnOfAll> {
    const { key: account, driver, observer } = this.tools.options;
    const answer: VpnOfAll = (await driver.vpn?.status(keys, contextOf(reading))) ?? new Map();
    const told = [...answer].flatMap(([id, outcome]) => (outcome.ok ? [[id, outcome.value] as const] : []));
    observer?.vpnSeen(account, new Map(told));
    return answer;
  }
}

function toVpnStatus({
  value,
  at,
}: {
  readonly value: VpnFacts | null;
  readonly at: number;
}): VpnStatus | null {
  return value === null ? null : { ...value, checkedAt: new Date(at) };
}
