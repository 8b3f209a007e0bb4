import type { Device } from '../domain/device';
import { formatId, parseId } from '../domain/ids';
import { settle, unwrap } from '../domain/outcome';
import type { LinkRecord } from '../domain/session';
import type { VpnFacts, VpnStatus } from '../domain/vpn';
import { settleOrWarn } from './access-write-service';
import { requireScope } from './authorize';
import type { LinkTools } from './link-tools';
import { type Asker, type DeviceTarget, findDevice, notFound, requireCapability } from './targets';

/** A device, and how its VPN stands. */
export interface VpnAnswer {
  readonly device: Device;
  readonly vpnStatus: VpnStatus;
}

/** Bringing VPNs up and down by hand. Throws FORBIDDEN without `vpn:write`, UNSUPPORTED_BY_VENDOR, VENDOR_*. */
export class VpnWriteService {
  constructor(private readonly tools: LinkTools) {}

  /** Brings a device's VPN up: it then stays up, also after the last link over it. */
  connect(deviceId: string, asker: Asker): Promise<VpnAnswer> {
    return this.#switch(deviceId, asker, 'connectVpn', async ({ account, device }) => {
      const facts = await account.writes.connectVpn(device.vendorDeviceId, asker.reading);
      const { running, owed } = await this.#linksOver({ account, device });
      await this.tools.book.save(
        [...running, ...owed].map((link) => ({ ...link, foundRunning: true, endOwed: false })),
        [],
      );
      return facts;
    });
  }

  /** Brings a device's VPN down, and with it every link over it. */
  disconnect(deviceId: string, asker: Asker): Promise<VpnAnswer> {
    // It ends links, so that no allowance refuses it.
    const ending: Asker = { ...asker, reading: { ...asker.reading, purpose: 'finish' } };
    return this.#switch(deviceId, ending, 'disconnectVpn', async (target) => {
      const { account, device } = target;
      const facts = await account.writes.disconnectVpn(device.vendorDeviceId, ending.reading);
      const observedAt = new Date(this.tools.clock.now());
      const { running, owed } = await this.#linksOver(target);
      await this.tools.book.save(
        [
          ...running.map((link) => ({ ...link, status: 'CLOSED' as const, endOwed: false, observedAt })),
          ...owed.map((link) => ({ ...link, endOwed: false })),
        ],
        running.map((link) => ({
          actor: asker.principal.subject,
          action: 'closeSession',
          account: account.key,
          target: link.id,
          detail: { by: 'disconnectVpn' },
          reason: link.reason,
        })),
      );
      return facts;
    });
  }

  /** The links that use the VPN, and those that are over and whose end it still owes. */
  async #linksOver({ account, device }: DeviceTarget): Promise<{
    readonly running: readonly LinkRecord[];
    readonly owed: readonly LinkRecord[];
  }> {
    const { store, clock } = this.tools;
    const now = clock.now();
    const [running, owed] = await Promise.all([
      store.links.overConnection(account.key, device.vendorDeviceId, now),
      store.links.owed(now),
    ]);
    return {
      running,
      owed: owed.filter(
        (link) => link.account === account.key && link.connectionRef === device.vendorDeviceId,
      ),
    };
  }

  async #switch(
    deviceId: string,
    asker: Asker,
    action: string,
    act: (target: DeviceTarget) => Promise<VpnFacts>,
  ): Promise<VpnAnswer> {
    const { principal } = asker;
    const input = { deviceId };
    const attempt = { principal, action, target: deviceId };
    const { target, opened } = await this.tools.attempts.watch(attempt, async () => {
      const found = await this.#find(deviceId, asker);
      const { key } = found.account;
      const asking = { principal, action, account: key, input, idempotencyKey: null, detail: input };
      return { target: found, opened: await this.tools.book.open(asking, null) };
    });
    const { account, device } = target;
    const entry = { actor: principal.subject, action, account: account.key, target: device.id };
    // Links over the same VPN are neither opened nor ended meanwhile.
    const gate = formatId(account.key, 'access', device.vendorDeviceId).toLowerCase();
    const outcome = await settle(this.tools.gate.alone(gate, () => act(target)));
    await settleOrWarn(this.tools, opened, outcome.ok ? entry : { ...entry, error: outcome.error });
    return { device, vpnStatus: { ...unwrap(outcome), checkedAt: new Date(this.tools.clock.now()) } };
  }
  /** The device, where the caller may switch its VPN; before it is looked up the store is known to be well. */
  async #find(deviceId: string, asker: Asker): Promise<DeviceTarget> {
    requireScope(asker.principal, 'vpn:write');
    const { account } = parseId(deviceId, 'device');
    if (this.tools.fleet.find(asker.principal, account) === undefined) throw notFound('device');
    await this.tools.book.assertWritable();
    const target = await findDevice(this.tools.fleet, deviceId, asker);
    requireCapability(target, 'VPN_CONTROL');
    return target;
  }
}
