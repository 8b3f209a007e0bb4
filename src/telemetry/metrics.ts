import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CircuitState } from '../domain/circuit';

/**
 * How an operation of the graph ended. `partial`: data with errors; `failed`: errors only; `refused`: not begun, or errors
 * only, all of them for what was asked, or by whom.
 */
export type OperationOutcome = 'ok' | 'partial' | 'failed' | 'refused';

/** One operation of the graph that is over. Its name is no label: callers choose it, so there is no end of them. */
export interface OperationReport {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly outcome: OperationOutcome;
  readonly durationMs: number;
}

/** One try of a vendor call that is over. */
export interface VendorCallReport {
  readonly account: string;
  /** Method and path template of the vendor's catalogue, never a path with ids in it. */
  readonly route: string;
  /** From a closed list, such as `ok`, `http_5xx` or an error code. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** What a cache was asked for. */
export type CacheKind = 'devices' | 'accesses' | 'sessions' | 'vpn';

/** `hit`: known from a moment ago. `shared`: another operation's call was in flight. `miss`: the vendor is asked. */
export type CacheResult = 'hit' | 'shared' | 'miss';

/** Reads of one account's memory that had the same result. */
export interface CacheReadReport {
  readonly account: string;
  readonly kind: CacheKind;
  readonly result: CacheResult;
}

/** How the allowance of one account stands. */
export interface AllowanceGauges {
  readonly account: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly resetsAt: Date;
  /** Null where it is not going to be used up. */
  readonly exhaustedAt: Date | null;
}

/** How the events of a subscription are carried. */
export type SubscriptionTransport = (typeof TRANSPORTS)[number];

const TRANSPORTS = ['websocket', 'sse', 'callback'] as const;

/** Codes that a socket is closed with by the WebSocket protocol, by graphql-transport-ws, and by this service. */
const CLOSE_CODES: ReadonlySet<number> = new Set([
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4406, 4408, 4409,
  4429, 4499, 4500,
]);

/** What the service counts, and how that is read. All labels are bounded: accounts, routes, and closed lists. */
export interface Metrics {
  operation(report: OperationReport): void;
  vendorCall(report: VendorCallReport): void;
  /** `count`: how many reads went this way, default 1; a page of devices is one call here. */
  cacheRead(report: CacheReadReport, count?: number): void;
  /** A vendor's row that could not be read. `what`: the kind of row, never its content. */
  droppedRow(account: string, what: string): void;
  activeSubscriptions(count: number): void;
  /** A subscription that was opened over a transport (1), or is over (-1). */
  subscriptionBy(transport: SubscriptionTransport, change: 1 | -1): void;
  /** WebSockets that are open. */
  openSockets(count: number): void;
  /** A WebSocket was closed. Codes that neither this service nor the protocol use count as `other`. */
  socketClosed(code: number): void;
  /** A look at what is followed in an account. `kind`: sessions, vpn or devices. */
  polled(account: string, kind: string): void;
  /** How late an event of the clock was, in milliseconds. */
  eventLate(ms: number): void;
  accountHealthy(account: string, healthy: boolean): void;
  allowance(report: AllowanceGauges): void;
  /** How the circuit of an account stands. */
  circuit(account: string, state: CircuitState): void;
  /** A call that was refused without asking the vendor. `reason`: from a closed list. */
  vendorCallRefused(account: string, reason: string): void;
  /** The Prometheus text. */
  text(): Promise<string>;
  /** The content type of {@link text}. */
  readonly contentType: string;
}

const CIRCUIT_STATES: readonly CircuitState[] = ['CLOSED', 'OPEN', 'HALF_OPEN'];

const PREFIX = 'drawbridge_';

/** From a memory's answer to the slowest action that waits for a device. */
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A quarter of a second is what is promised. */
const LATENESS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Opens the service's metrics, in a registry of their own: two services in one process share no count. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  const list = createList(registry);
  for (const transport of TRANSPORTS) list.subscriptions.set({ transport }, 0);
  return {
    operation: ({ type, outcome, durationMs }) => {
      list.operations.inc({ operation_type: type, outcome });
      list.operationDuration.observe({ operation_type: type }, durationMs / 1000);
    },
    vendorCall: ({ account, route, outcome, durationMs }) => {
      list.vendorCalls.inc({ account, route, outcome });
      list.vendorCallDuration.observe({ account, route }, durationMs / 1000);
    },
    cacheRead: ({ account, kind, result }, count = 1) =>
      list.cacheReads.inc({ account, kind, result }, count),
    droppedRow: (account, what) => list.rowsDropped.inc({ account, what }),
    activeSubscriptions: (count) => list.activeSubscriptions.set(count),
    subscriptionBy: (transport, change) => list.subscriptions.inc({ transport }, change),
    openSockets: (count) => list.openSockets.set(count),
    socketClosed: (code) => list.socketCloses.inc({ code: CLOSE_CODES.has(code) ? code : 'other' }),
    polled: (account, kind) => list.polls.inc({ account, kind }),
    eventLate: (ms) => list.eventLateness.observe(ms / 1000),
    accountHealthy: (account, healthy) => list.accountHealthy.set({ account }, healthy ? 1 : 0),
    allowance: ({ account, limit, used, remaining, resetsAt, exhaustedAt }) => {
      list.allowanceLimit.set({ account }, limit);
      list.allowanceUsed.set({ account }, used);
      list.allowanceRemaining.set({ account }, remaining);
      list.allowanceResetsAt.set({ account }, resetsAt.getTime() / 1000);
      list.allowanceExhaustedAt.set({ account }, (exhaustedAt?.getTime() ?? Number.POSITIVE_INFINITY) / 1000);
    },
    circuit: (account, state) => {
      for (const one of CIRCUIT_STATES) list.circuit.set({ account, state: one }, one === state ? 1 : 0);
    },
    vendorCallRefused: (account, reason) => list.vendorCallsRefused.inc({ account, reason }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Every name with its unit, in one list. */
function createList(registry: Registry) {
  const registers = [registry];
  const named = <T extends string>(name: string, help: string, ...labelNames: T[]) => ({
    name: `${PREFIX}${name}`,
    help,
    labelNames,
    registers,
  });
  return {
    operations: new Counter(
      named('operations_total', 'Operations of the graph that are over.', 'operation_type', 'outcome'),
    ),
    operationDuration: new Histogram({
      ...named('operation_duration_seconds', 'How long operations of the graph took.', 'operation_type'),
      buckets: SECONDS,
    }),
    vendorCalls: new Counter(
      named('vendor_calls_total', 'Tries of vendor calls that are over.', 'account', 'route', 'outcome'),
    ),
    vendorCallDuration: new Histogram({
      ...named('vendor_call_duration_seconds', 'How long tries of vendor calls took.', 'account', 'route'),
      buckets: SECONDS,
    }),
    cacheReads: new Counter(
      named(
        'cache_reads_total',
        'Reads, by what answered them: see the result.',
        'account',
        'kind',
        'result',
      ),
    ),
    rowsDropped: new Counter(
      named('vendor_rows_dropped_total', 'Rows of vendors that could not be read.', 'account', 'what'),
    ),
    activeSubscriptions: new Gauge(named('active_subscriptions', 'Subscriptions that are being followed.')),
    subscriptions: new Gauge(
      named('transport_subscriptions', 'Subscriptions that are open, by how they are carried.', 'transport'),
    ),
    openSockets: new Gauge(named('open_sockets', 'WebSockets that are open.')),
    socketCloses: new Counter(named('socket_closes_total', 'WebSockets that were closed, by code.', 'code')),
    polls: new Counter(
      named('polls_total', 'Looks at what is followed; one may be answered from memory.', 'account', 'kind'),
    ),
    eventLateness: new Histogram({
      ...named('event_lateness_seconds', 'How late EXPIRING and EXPIRED were made, after their instant.'),
      buckets: LATENESS_SECONDS,
    }),
    accountHealthy: new Gauge(
      named('account_healthy', '1 while the vendor account can be read, else 0.', 'account'),
    ),
    allowanceLimit: new Gauge(
      named('allowance_limit_calls', 'Calls that the vendor allows in a month.', 'account'),
    ),
    allowanceUsed: new Gauge(
      named('allowance_used_calls', 'Calls made this month, by all replicas.', 'account'),
    ),
    allowanceRemaining: new Gauge(
      named('allowance_remaining_calls', 'Calls that are left this month.', 'account'),
    ),
    allowanceResetsAt: new Gauge(
      named('allowance_resets_timestamp_seconds', 'When the next month begins.', 'account'),
    ),
    allowanceExhaustedAt: new Gauge(
      named(
        'allowance_exhausted_timestamp_seconds',
        'When nothing is left at the rate of the last day; +Inf: not in sight.',
        'account',
      ),
    ),
    circuit: new Gauge(
      named(
        'account_circuit',
        '1 for the state that the account’s circuit is in, else 0.',
        'account',
        'state',
      ),
    ),
    vendorCallsRefused: new Counter(
      named(
        'vendor_calls_refused_total',
        'Vendor calls that were refused without asking the vendor.',
        'account',
        'reason',
      ),
    ),
  };
}
