import type { Fleet } from '../accounts/fleet';
import type { Device } from '../domain/device';
import type { Outcome } from '../domain/outcome';
import type { Principal } from '../domain/principal';
import type { Reading } from '../domain/reading';
import type { VpnStatus } from '../domain/vpn';
import { requireScope } from './authorize';
import { byAccount } from './device-service';

/** Reading VPN states. Throws FORBIDDEN without `vpn:read`. */
export class VpnService {
  constructor(private readonly fleet: Fleet) {}

  /** The VPN states of devices of any accounts. Shape: an outcome for each device, in order; null: it has no VPN. */
  async ofDevices(
    principal: Principal,
    devices: readonly Device[],
    reading: Reading,
  ): Promise<readonly Outcome<VpnStatus | null>[]> {
    requireScope(principal, 'vpn:read');
    const ids = devices.map(
      ({ account, vendorDeviceId }) => ({ account, kind: 'device', local: vendorDeviceId }) as const,
    );
    return byAccount<VpnStatus>(this.fleet, principal, ids, (account, locals) =>
      account.vpnStatus(locals, reading),
    );
  }
}
