import { randomUUID } from 'node:crypto';
import type { Fleet } from './accounts/fleet';
import type { Tools } from './app-accounts';
import type { AccountConfig } from './config/config';
import type { Services } from './graph/context';
import { AccessGate } from './services/access-gate';
import { AccessService } from './services/access-service';
import { AccessWriteService } from './services/access-write-service';
import { Attempts } from './services/attempts';
import { AuditLog } from './services/audit-log';
import type { Cursors } from './services/cursor';
import { DeviceService } from './services/device-service';
import { leaseEnd } from './services/expiry/lease-end';
import { Polls, type PollsOptions } from './services/expiry/polls';
import { FleetService } from './services/fleet-service';
import { FollowService } from './services/follow-service';
import { IntentLeases } from './services/intent-leases';
import { LedgerUpkeep } from './services/ledger-upkeep';
import { LinkBook } from './services/link-book';
import { LinkCloser } from './services/link-closer';
import { LinkFinder } from './services/link-finder';
import { LinkKeeper } from './services/link-keeper';
import { LinkOpener } from './services/link-opener';
import { LinkPreparer } from './services/link-preparer';
import { LinkService } from './services/link-service';
import { LinkSettler } from './services/link-settler';
import type { LinkTools } from './services/link-tools';
import { MadeAccesses } from './services/made-accesses';
import { Pauses } from './services/pauses';
import type { LinkPolicy } from './services/policy';
import { SessionList } from './services/session-list';
import { SessionService } from './services/session-service';
import { VpnService } from './services/vpn-service';
import { VpnWriteService } from './services/vpn-write-service';
import type { DurableStore } from './stores/ports';

/** The use cases, and the work on links that goes on by itself. */
export interface RunningServices {
  readonly services: Services;
  readonly polls: Polls;
  /** Settles what an earlier run left open, ends what is due, and keeps the ledger in order. */
  start(): void;
  /** Begins nothing more, and waits for what is on its way. */
  stop(): Promise<void>;
}

/** Makes the use cases over the accounts and the store. */
export function createServices(
  fleet: Fleet,
  store: DurableStore,
  {
    accounts,
    cursors,
    ...house
  }: Tools & { readonly cursors: Cursors; readonly accounts: readonly AccountConfig[] },
): RunningServices {
  const { clock, logger, metrics, rights, watches } = house;
  const warn = (message: string, cause: unknown): void => logger.warn({ err: cause }, message);
  const links = openLinks({ fleet, store, clock, warn }, accounts);
  const { tools, closer } = links;
  const sessions = new SessionService({
    fleet,
    store: store.sessions,
    clock,
    entriesOf: (saved) => tools.book.entriesOfRead(saved),
    warn,
  });
  const polls = openPolls({ ...house, fleet, sessions, warn, endLease: leaseEnd(tools, closer) });
  const services: Services = {
    devices: new DeviceService(fleet, cursors),
    accesses: new AccessService(fleet),
    sessions,
    sessionList: new SessionList(fleet, store.sessions, clock, cursors),
    vpn: new VpnService(fleet),
    fleet: new FleetService(fleet, store.sessions, clock),
    links: links.service,
    accessWrites: new AccessWriteService(tools),
    vpnWrites: new VpnWriteService(tools),
    auditLog: new AuditLog(fleet, store.audit, cursors),
    follow: new FollowService({
      fleet,
      watches,
      rights,
      count: (active) => metrics.activeSubscriptions(active),
    }),
    clock,
  };
  return {
    services,
    polls,
    start: () => links.start(),
    stop: async () => {
      await polls.stop();
      await watches.stop();
      await links.stop();
    },
  };
}

/** Opening, ending and settling links, and the work on them that goes on by itself. */
interface RunningLinks {
  readonly service: LinkService;
  readonly tools: LinkTools;
  readonly closer: LinkCloser;
  start(): void;
  stop(): Promise<void>;
}

function openLinks(
  house: Pick<LinkTools, 'fleet' | 'store' | 'clock' | 'warn'>,
  accounts: readonly AccountConfig[],
): RunningLinks {
  const { store, clock } = house;
  const leases = new IntentLeases(store.intents, clock);
  const book = new LinkBook(store, clock, randomUUID, leases);
  const pauses = new Pauses(clock);
  const policies = new Map(accounts.map((account) => [account.key, policyOf(account)]));
  const attempts = new Attempts({ ...house, book });
  const tools: LinkTools = {
    ...house,
    book,
    attempts,
    gate: new AccessGate(),
    pauses,
    newId: randomUUID,
    policyOf: (key) => policies.get(key) ?? NOTHING_ALLOWED,
  };
  const made = new MadeAccesses(tools);
  const opener = new LinkOpener(tools, new LinkFinder(tools), made);
  const closer = new LinkCloser(tools);
  const keeper = new LinkKeeper(tools, closer, made);
  const settler = new LinkSettler({ tools, leases, opener, made, keeper });
  const upkeep = new LedgerUpkeep(tools);
  const service = new LinkService(tools, new LinkPreparer(tools, made), opener, closer, keeper, made);
  return {
    service,
    tools,
    closer,
    start: () => {
      keeper.start();
      settler.start();
      upkeep.start();
    },
    stop: async () => {
      await upkeep.stop();
      pauses.stop();
      await settler.stop();
      await keeper.stop();
      await service.idle();
      await leases.stop();
      await attempts.stop();
    },
  };
}

/** The polls of all accounts, told what is followed. */
function openPolls({
  config,
  watches,
  metrics,
  ...options
}: Tools & Pick<PollsOptions, 'fleet' | 'sessions' | 'warn' | 'endLease'>): Polls {
  const polls = new Polls({
    ...options,
    bounds: config.poll,
    callsPerHour: (account) => account.pollCallsPerHour(),
    looked: (account, kind) => metrics.polled(account, kind),
    vpnFound: (account, states) => watches.vpn.seen(account, states),
  });
  watches.listenedToBy(polls);
  return polls;
}

/** The policy of an account that is not configured. */
const NOTHING_ALLOWED: LinkPolicy = { maxSeconds: 0, protocols: [], networks: [] };

function policyOf({ linkMaxSeconds, linkProtocols, linkNetworks }: AccountConfig): LinkPolicy {
  return { maxSeconds: linkMaxSeconds, protocols: linkProtocols, networks: linkNetworks };
}
