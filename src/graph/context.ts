import type { Principal } from '../domain/principal';
import type { CallRecord, Reading } from '../domain/reading';
import type { Clock } from '../domain/time';
import type { AccessService } from '../services/access-service';
import type { AccessWriteService } from '../services/access-write-service';
import type { AuditLog } from '../services/audit-log';
import type { DeviceService } from '../services/device-service';
import type { FleetService } from '../services/fleet-service';
import type { LinkService } from '../services/link-service';
import type { SessionList } from '../services/session-list';
import type { SessionService } from '../services/session-service';
import type { VpnService } from '../services/vpn-service';
import type { VpnWriteService } from '../services/vpn-write-service';
import { createLoaders, type Loaders } from './loaders';

/** The use cases that the graph is made of. */
export interface Services {
  readonly devices: DeviceService;
  readonly accesses: AccessService;
  readonly sessions: SessionService;
  readonly sessionList: SessionList;
  readonly vpn: VpnService;
  readonly fleet: FleetService;
  readonly links: LinkService;
  readonly accessWrites: AccessWriteService;
  readonly vpnWrites: VpnWriteService;
  readonly auditLog: AuditLog;
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
  /** Vendor calls so far: how many went out, and, where the caller asked, each of them. */
  readonly calls: CallBook;
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
}

/** Makes the context of one operation. Loaders live no longer than it. */
export function createContext(
  services: Services,
  caller: { readonly principal: Principal; readonly requestId: string },
  wishes: OperationWishes,
): GraphContext {
  const { principal, requestId } = caller;
  const explain = wishes.explain && principal.scopes.has('graph:explain');
  const calls: CallBook = { asked: 0, records: explain ? [] : undefined };
  const reading: Reading = {
    startedAt: services.clock.monotonic(),
    mayBeFresher: principal.scopes.has('graph:fresh'),
    ...(wishes.maxAgeMs === undefined ? {} : { maxAgeMs: wishes.maxAgeMs }),
    note: (call) => {
      if (call.from === 'VENDOR') calls.asked += 1;
      calls.records?.push(call);
    },
  };
  return {
    principal,
    requestId,
    wishes,
    reading,
    services,
    calls,
    loaders: createLoaders(services, principal, reading),
  };
}
