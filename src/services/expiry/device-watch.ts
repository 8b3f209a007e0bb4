import type { Device, DeviceStatus } from '../../domain/device';
import type { DeviceStatusEvent } from '../../domain/device-status-event';
import type { Clock } from '../../domain/time';
import type { EventQueue } from './event-queue';

/** Somebody who follows the status of devices. */
export interface DeviceFollower {
  /** Keys of the accounts in which devices can be that it wants, and that it sees. */
  readonly accounts: readonly string[];
  /** True for a device that it wants, as it stands after the change. */
  readonly wants: (device: Device) => boolean;
  readonly queue: EventQueue<DeviceStatusEvent>;
}

/** What devices are watched with. */
export interface DeviceWatchOptions {
  readonly clock: Clock;
  /** Told of each account that is followed from now on, or not any more. */
  readonly followed: (account: string, isFollowed: boolean) => void;
  readonly changed: (account: string) => void;
}

/** What is followed of one account. */
interface Followed {
  readonly followers: Set<DeviceFollower>;
  /** Shape: device's id to its status as last told. */
  readonly last: Map<string, DeviceStatus>;
}

/** The status of devices, account by account, each device once for all who follow it. */
export class DeviceWatch {
  readonly #accounts = new Map<string, Followed>();

  constructor(private readonly options: DeviceWatchOptions) {}

  /** Takes somebody in. Answers the accounts that nobody followed before. */
  add(follower: DeviceFollower): readonly string[] {
    const added: string[] = [];
    for (const key of follower.accounts) {
      const account = this.#accounts.get(key) ?? { followers: new Set(), last: new Map() };
      this.#accounts.set(key, account);
      account.followers.add(follower);
      if (account.followers.size > 1) continue;
      added.push(key);
      this.options.followed(key, true);
    }
    return added;
  }

  remove(follower: DeviceFollower): void {
    for (const key of follower.accounts) {
      const account = this.#accounts.get(key);
      if (account?.followers.delete(follower) !== true || account.followers.size > 0) continue;
      this.#accounts.delete(key);
      this.options.followed(key, false);
    }
  }

  /** What a vendor told of a device. The first time there is nothing to compare it with. */
  seen(device: Device): void {
    const account = this.#accounts.get(device.account);
    if (account === undefined) return;
    const { id, status } = device;
    const previous = account.last.get(id);
    account.last.set(id, status);
    if (previous === undefined || previous === status) return;
    const event = { device, previous, status, at: new Date(this.options.clock.now()) };
    for (const { wants, queue } of account.followers) if (wants(device)) queue.push(id, event);
    this.options.changed(device.account);
  }
}
