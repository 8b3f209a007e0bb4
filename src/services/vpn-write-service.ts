import type { Device } from '../domain/device';
import { formatId } from '../domain/ids';
import type { VpnFacts, VpnStatus } from '../domain/vpn';
import { requireScope } from './authorize';
import type { LinkTools } from './link-tools';
import { type Asker, type DeviceTarget, findDevice, requireCapability } from './targets';

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
      const links = await this.#linksOver({ account, device });
      await this.tools.book.save(
        links.map((link) => ({ ...link, foundRunning: true, endOwed: false })),
        [],
      );
      return facts;
    });
  }

  /** Brings a device's VPN down, and with it every link over it. */
  disconnect(deviceId: string, asker: Asker): Promise<VpnAnswer> {
    return this.#switch(deviceId, asker, 'disconnectVpn', async (target) => {
      const { account, device } = target;
      const facts = await account.writes.disconnectVpn(device.vendorDeviceId, asker.reading);
      const observedAt = new Date(this.tools.clock.now());
      const links = await this.#linksOver(target);
      await this.tools.book.save(
        links.map((link) => ({ ...link, status: 'CLOSED' as const, endOwed: false, observedAt })),
        links.map((link) => ({
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

  #linksOver({ account, device }: DeviceTarget) {
    return this.tools.store.links.overConnection(account.key, device.vendorDeviceId, this.tools.clock.now());
  }

  async #switch(
    deviceId: string,
    asker: Asker,
    action: string,
    act: (target: DeviceTarget) => Promise<VpnFacts>,
  ): Promise<VpnAnswer> {
    const { principal } = asker;
    requireScope(principal, 'vpn:write');
    const target = await findDevice(this.tools.fleet, deviceId, asker);
    requireCapability(target, 'VPN_CONTROL');
    const { account, device } = target;
    const input = { deviceId };
    const asking = { principal, action, account: account.key, input, idempotencyKey: null, detail: input };
    const opened = await this.tools.book.open(asking, null);
    const entry = { actor: principal.subject, action, account: account.key, target: device.id };
    // Links over the same VPN are neither opened nor ended meanwhile.
    const gate = formatId(account.key, 'access', device.vendorDeviceId).toLowerCase();
    try {
      const facts = await this.tools.gate.alone(gate, () => act(target));
      if (opened.begun) await this.tools.book.settle(opened.intent, null, entry);
      return { device, vpnStatus: { ...facts, checkedAt: new Date(this.tools.clock.now()) } };
    } catch (thrown) {
      if (opened.begun) {
        await this.tools.book.settle(opened.intent, null, { ...entry, error: thrown }).catch(() => undefined);
      }
      throw thrown;
    }
  }
}
