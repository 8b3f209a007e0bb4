import type { Account } from '../../accounts/account';
import type { Fleet } from '../../accounts/fleet';
import { parseId } from '../../domain/ids';
import type { Session } from '../../domain/session';
import type { Clock } from '../../domain/time';
import type { VpnFacts } from '../../domain/vpn';
import type { SessionService } from '../session-service';
import { DevicePolls } from './device-polls';
import type { FollowListener } from './follow-listener';
import { LeaseWatch } from './lease-watch';
import { AccountPollBudget } from './poll-budget';
import type { PollBounds } from './poll-interval';
import type { AccountPollTools, PollKind } from './poll-tools';
import { SessionPolls } from './session-polls';
import { VpnPolls } from './vpn-polls';

/** What vendors are polled with. */
export interface PollsOptions {
  readonly fleet: Fleet;
  readonly sessions: SessionService;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly bounds: PollBounds;
  /** Calls that the polls of an account may make in an hour; null: no such number is known. */
  readonly callsPerHour: (account: Account) => number | null;
  /** Told of each look. */
  readonly looked: (account: string, kind: PollKind) => void;
  /** Told what a look at VPN connections found, also where it came from memory. */
  readonly vpnFound: (account: string, states: ReadonlyMap<string, VpnFacts | null>) => void;
  /** Ends a lease whose VPN is gone. */
  readonly endLease: (session: Session) => Promise<void>;
  readonly warn: (message: string, cause: unknown) => void;
}

/** The polls of one account. */
interface AccountPolls {
  readonly account: Account;
  readonly sessions: SessionPolls;
  readonly vpn: VpnPolls;
  readonly devices: DevicePolls;
}

/**
 * Looks at vendors for what a clock cannot know: one poller for each account and kind, whoever follows. What is looked
 * at is what is followed, never who follows; while nobody does, nothing is.
 */
export class Polls implements FollowListener {
  readonly #accounts: ReadonlyMap<string, AccountPolls>;
  readonly #leases: LeaseWatch;

  constructor(options: PollsOptions) {
    this.#accounts = new Map(options.fleet.all().map((account) => [account.key, pollsOf(account, options)]));
    this.#leases = new LeaseWatch({
      isLease: ({ account }) => {
        const polls = this.#accounts.get(account);
        return polls?.account.hasVpn === true && !polls.account.listsSessions;
      },
      follow: (deviceId, isFollowed) => this.vpnOf(deviceId, isFollowed),
      doubted: (deviceId) => this.vpnChanged(deviceId),
      end: options.endLease,
      warn: options.warn,
    });
  }

  session(id: string, session: Session | undefined): void {
    const polls = this.#of(id);
    if (polls?.account.listsSessions === true) polls.sessions.session(id, session);
    this.#leases.session(id, session);
  }

  sessionsOf(deviceId: string, isFollowed: boolean): void {
    const polls = this.#of(deviceId);
    if (polls?.account.listsSessions === true) polls.sessions.sessionsOf(deviceId, isFollowed);
  }

  vpnOf(deviceId: string, isFollowed: boolean): void {
    const polls = this.#of(deviceId);
    if (polls?.account.hasVpn === true) polls.vpn.follow(deviceId, isFollowed);
  }

  devicesOf(account: string, isFollowed: boolean): void {
    this.#accounts.get(account)?.devices.follow(isFollowed);
  }

  sessionsSeen(account: string, accessLocalId: string): void {
    this.#accounts.get(account)?.sessions.seen(accessLocalId);
  }

  vpnSeen(account: string, states: ReadonlyMap<string, VpnFacts | null>): void {
    this.#leases.seen(account, states);
  }

  vpnChanged(deviceId: string): void {
    this.#of(deviceId)?.vpn.changed();
  }

  devicesChanged(account: string): void {
    this.#accounts.get(account)?.devices.changed();
  }

  /** Resolves once no look is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#pollers().map((poller) => poller.idle()));
  }

  /** Looks at nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#pollers().map((poller) => poller.stop()));
  }

  #pollers(): readonly (SessionPolls | VpnPolls | DevicePolls)[] {
    return [...this.#accounts.values()].flatMap(({ sessions, vpn, devices }) => [sessions, vpn, devices]);
  }

  #of(id: string): AccountPolls | undefined {
    return this.#accounts.get(parseId(id).account);
  }
}

function pollsOf(account: Account, options: PollsOptions): AccountPolls {
  const { clock, random, bounds } = options;
  const tools: AccountPollTools = {
    account,
    clock,
    random,
    bounds,
    budget: new AccountPollBudget({ clock, callsPerHour: () => options.callsPerHour(account) }),
    looked: (kind) => options.looked(account.key, kind),
  };
  return {
    account,
    sessions: new SessionPolls(tools, options.sessions),
    vpn: new VpnPolls(tools, options.vpnFound),
    devices: new DevicePolls(tools),
  };
}
