import type { Principal } from '../domain/principal';
import type { CallRecord, Reading } from '../domain/reading';
import type { Clock } from '../domain/time';
import type { AccessService } from '../services/access-service';
import type { AccessWriteService } from '../services/access-write-service';
import type { AuditLog } from '../services/audit-log';
import type { DeviceService } from '../services/device-service';
import type { FleetService } from '../services/fleet-service';
import type { FollowService } from '../services/follow-service';
import type { LinkService } from '../services/link-service';
import type { SessionList } from '../services/session-list';
import type { SessionService } from '../services/session-service';
import type { VpnService } from '../services/vpn-service';
import type { VpnWriteService } from '../services/vpn-write-service';
import { createLoaders, type Loaders } from './loaders';
import { Presence } from './presence';

/** The use cases that the graph is made of. */
export interface Services {
  readonly devices: DeviceService;
  readonly accesses: AccessService;
  readonly sessions: SessionService;
  readonly sessionList: SessionList;
  readonly vpn: VpnService;
  readonly fleet: FleetService;
  readonly links: Pick<LinkService, 'createLink' | 'openAccess' | 'close'>;
  readonly accessWrites: Pick<AccessWriteService, 'create' | 'update' | 'remove'>;
  readonly vpnWrites: Pick<VpnWriteService, 'connect' | 'disconnect'>;
  readonly auditLog: AuditLog;
  readonly follow: Pick<FollowService, 'principalNow' | 'sessions' | 'vpn' | 'devices'>;
  readonly clock: Clock;
}

/** What one operation carries along. */
export interface GraphContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly wishes: OperationWishes;
  readonly reading: Reading;
  readonly services: Services;
  readonly loaders: Loaders;
  /** Whether the caller is still there. */
  readonly presence: Presence;
  /** Vendor calls so far: how many went out, and, where the caller asked, each of them. */
  readonly calls: CallBook;
  /** Begins the next event of a subscription: it is read anew, with the rights that the caller has by now. */
  renew(): void;
}

/** What an operation cost. */
export interface CallBook {
  asked: number;
  readonly records: CallRecord[] | undefined;
}

/** What a caller wishes of one operation. */
export interface OperationWishes {
  /** Nothing older than this, in milliseconds; undefined: the defaults hold. */
  readonly maxAgeMs?: number;
  /** Whether `extensions.vendorCalls` is wanted; needs `graph:explain`. */
  readonly explain: boolean;
  /** Whether only `extensions.plan` is wanted, and nothing carried out; needs `graph:explain`. Default false. */
  readonly plan?: boolean;
}

/** Who asks. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
  /** Left out: whoever asks stays to the end. */
  readonly presence?: Presence;
}

/** Makes the context of one operation. Loaders live no longer than it, in a subscription no longer than an event. */
export function createContext(services: Services, caller: Caller, wishes: OperationWishes): GraphContext {
  return new OperationContext(services, caller, wishes);
}

/** Without private names of the language: the GraphQL server works on a copy of it. */
class OperationContext implements GraphContext {
  readonly requestId: string;
  readonly presence: Presence;
  principal: Principal;
  reading: Reading;
  calls: CallBook;
  private madeLoaders: Loaders | undefined;

  constructor(
    readonly services: Services,
    { principal, requestId, presence = new Presence() }: Caller,
    readonly wishes: OperationWishes,
  ) {
    this.requestId = requestId;
    this.presence = presence;
    this.principal = principal;
    this.calls = this.newCalls();
    this.reading = this.newReading(this.calls);
  }

  get loaders(): Loaders {
    this.madeLoaders ??= createLoaders(this.services, this.principal, this.reading);
    return this.madeLoaders;
  }

  renew(): void {
    this.principal = this.services.follow.principalNow(this.principal);
    this.calls = this.newCalls();
    this.reading = this.newReading(this.calls);
    this.madeLoaders = undefined;
  }

  private newCalls(): CallBook {
    const explain = this.wishes.explain && this.principal.scopes.has('graph:explain');
    return { asked: 0, records: explain ? [] : undefined };
  }

  private newReading(calls: CallBook): Reading {
    const { maxAgeMs } = this.wishes;
    return {
      startedAt: this.services.clock.monotonic(),
      signal: this.presence.signal,
      mayBeFresher: this.principal.scopes.has('graph:fresh'),
      ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      note: (call) => {
        if (call.from === 'VENDOR') calls.asked += 1;
        calls.records?.push(call);
      },
    };
  }
}
