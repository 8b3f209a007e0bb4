import type { AccountObserver } from '../../accounts/observer';
import type { Clock } from '../../domain/time';
import type { Rights } from '../rights';
import { DeviceWatch } from './device-watch';
import { LedgerFeed } from './ledger-feed';
import { SessionWatch } from './session-watch';
import { VpnWatch } from './vpn-watch';

/** What is watched with. */
export interface WatchesOptions {
  readonly clock: Clock;
  readonly rights: Rights;
  /** Told how late an event of the clock was, in milliseconds. */
  readonly late: (ms: number) => void;
  readonly warn: (message: string, cause: unknown) => void;
}

/** Everything that can be followed. What happens comes in from the ledger and from what vendors tell. */
export class Watches implements AccountObserver {
  readonly sessions: SessionWatch;
  readonly ledger: LedgerFeed;
  readonly vpn: VpnWatch;
  readonly devices: DeviceWatch;

  constructor(options: WatchesOptions) {
    this.sessions = new SessionWatch({ ...options, tracked: () => {} });
    this.ledger = new LedgerFeed(this.sessions, options);
    this.vpn = new VpnWatch(options.clock, () => {});
    this.devices = new DeviceWatch(options.clock, () => {});
  }

  deviceSeen: AccountObserver['deviceSeen'] = (device) => this.devices.seen(device);

  vpnSeen: AccountObserver['vpnSeen'] = (account, states) => this.vpn.seen(account, states);

  stop(): void {
    this.sessions.stop();
  }
}
