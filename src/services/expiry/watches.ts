import type { AccountObserver } from '../../accounts/observer';
import type { Clock } from '../../domain/time';
import { DeviceWatch } from './device-watch';
import type { FollowListener } from './follow-listener';
import { LedgerFeed } from './ledger-feed';
import { SessionWatch } from './session-watch';
import { VpnWatch } from './vpn-watch';

/** What is watched with. */
export interface WatchesOptions {
  readonly clock: Clock;
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
  #listener: FollowListener | undefined;

  constructor(options: WatchesOptions) {
    this.sessions = new SessionWatch({
      ...options,
      tracked: (id, session) => this.#listener?.session(id, session),
      followed: (deviceId, isFollowed) => this.#listener?.sessionsOf(deviceId, isFollowed),
    });
    this.ledger = new LedgerFeed(this.sessions, options);
    this.vpn = new VpnWatch({
      clock: options.clock,
      followed: (deviceId, isFollowed) => this.#listener?.vpnOf(deviceId, isFollowed),
      changed: (deviceId) => this.#listener?.vpnChanged(deviceId),
    });
    this.devices = new DeviceWatch({
      clock: options.clock,
      followed: (account, isFollowed) => this.#listener?.devicesOf(account, isFollowed),
      changed: (account) => this.#listener?.devicesChanged(account),
    });
  }

  /** Names who looks at what is followed. */
  listenedToBy(listener: FollowListener): void {
    this.#listener = listener;
  }

  deviceSeen: AccountObserver['deviceSeen'] = (device) => this.devices.seen(device);

  vpnSeen: AccountObserver['vpnSeen'] = (account, states) => {
    this.vpn.seen(account, states);
    this.#listener?.vpnSeen(account, states);
  };

  sessionsSeen: AccountObserver['sessionsSeen'] = (account, accessLocalId) =>
    this.#listener?.sessionsSeen(account, accessLocalId);

  async stop(): Promise<void> {
    this.sessions.stop();
    await this.ledger.stop();
  }
}
