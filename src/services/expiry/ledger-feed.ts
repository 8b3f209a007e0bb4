import type { Session } from '../../domain/session';
import type { Clock } from '../../domain/time';
import { type DurableStore, type SessionPosition, type SessionStore, sortMsOf } from '../../stores/ports';
import type { LedgerObserver } from './observed-store';
import { ReplicaFeed } from './replica-feed';
import type { SessionFollower } from './session-follower';
import type { SessionWatch } from './session-watch';

/** What the feed reads with. */
export interface LedgerFeedOptions {
  readonly clock: Clock;
  readonly warn: (message: string, cause: unknown) => void;
}

const PAGE = 500;
/** How long to wait before what could not be read is read again. */
const RETRY_MS = 1000;

/**
 * Feeds the watch from the ledger. One read at a time: what is read later is never older, so that what is told is in
 * the order in which it was written. Where nobody follows anything the ledger is not read.
 */
export class LedgerFeed implements LedgerObserver {
  #store: SessionStore | undefined;
  #replicas: ReplicaFeed | undefined;
  #reading: Promise<void> = Promise.resolve();
  #written = new Set<string>();

  constructor(
    private readonly watch: SessionWatch,
    private readonly options: LedgerFeedOptions,
  ) {}

  /** Names the store, whose own changes come back here; those of other processes are looked for. */
  readFrom({ sessions, audit }: Pick<DurableStore, 'sessions' | 'audit'>): void {
    this.#store = sessions;
    this.#replicas = new ReplicaFeed({
      ...this.options,
      audit,
      isWanted: () => !this.#isIdle,
      written: (ids) => this.written(ids),
    });
  }

  /** Looks for nothing more, and waits for the look that is under way. */
  async stop(): Promise<void> {
    await this.#replicas?.stop();
  }

  begun(session: Session): void {
    if (!this.#isIdle) this.watch.apply(session.id, session);
  }

  written(ids: readonly string[]): void {
    if (this.#isIdle || ids.length === 0) return;
    const isInLine = this.#written.size > 0;
    for (const id of ids) this.#written.add(id);
    if (!isInLine) this.#readWritten();
  }

  /** Takes somebody in, and tells it how all stands. Throws NOT_FOUND and STORE_UNAVAILABLE. */
  async begin(follower: SessionFollower): Promise<void> {
    this.watch.add(follower);
    try {
      if (this.#knowsAll(follower)) this.watch.begin(follower, new Map());
      else await this.#inTurn(() => this.#loadFor(follower));
    } catch (thrown) {
      this.watch.remove(follower);
      throw thrown;
    }
  }

  get #isIdle(): boolean {
    return this.watch.followers.all.size === 0;
  }

  #knowsAll({ followed: { sessionIds, deviceIds, everything } }: SessionFollower): boolean {
    const { watch } = this;
    if (everything && !watch.followers.knowsAllOf(null)) return false;
    return (
      sessionIds.every((id) => watch.get(id) !== undefined) &&
      deviceIds.every((id) => watch.followers.knowsAllOf(id))
    );
  }

  async #loadFor(follower: SessionFollower): Promise<void> {
    const { watch } = this;
    // Before anything is read: what is written in between is told, too.
    await this.#replicas?.begin();
    const { sessionIds, deviceIds, everything } = follower.followed;
    const unknown = sessionIds.filter((id) => watch.get(id) === undefined);
    const found = unknown.length === 0 ? new Map<string, Session>() : await this.#sessions.get(unknown);
    const devices = deviceIds.filter((id) => !watch.followers.knowsAllOf(id));
    const live: Session[] = [];
    if (everything && !watch.followers.knowsAllOf(null)) live.push(...(await this.#live()));
    else if (devices.length > 0) live.push(...(await this.#live(devices)));
    // Who has left may have been the only one for whom changes were noted: what was read may be old by now.
    if (!watch.followers.all.has(follower)) return;
    watch.learn(found.values());
    watch.learn(live);
    watch.followers.learnedAllOf(everything ? null : devices);
    watch.begin(follower, found);
  }

  /** Everything that is not over: of some devices, or of all. */
  async #live(deviceIds?: readonly string[]): Promise<readonly Session[]> {
    const query = {
      statuses: ['PENDING', 'ACTIVE'],
      nowMs: this.options.clock.now(),
      ...(deviceIds === undefined ? {} : { deviceIds }),
    } as const;
    const found: Session[] = [];
    let after: SessionPosition | undefined;
    do {
      const page = await this.#sessions.list(query, PAGE, after);
      found.push(...page.sessions);
      const last = page.hasMore ? page.sessions.at(-1) : undefined;
      after = last === undefined ? undefined : { sortMs: sortMsOf(last), id: last.id };
    } while (after !== undefined);
    return found;
  }

  #readWritten(): void {
    this.#inTurn(async () => {
      const ids = this.#written;
      this.#written = new Set();
      try {
        const sessions = await this.#sessions.get([...ids]);
        for (const id of ids) this.watch.apply(id, sessions.get(id));
      } catch (thrown) {
        this.options.warn('what happened to sessions could not be read, and will be again', thrown);
        this.options.clock.schedule(RETRY_MS, () => this.written([...ids]));
      }
    }).catch((thrown: unknown) => this.options.warn('an event could not be told', thrown));
  }

  #inTurn(read: () => Promise<void>): Promise<void> {
    const turn = this.#reading.then(read);
    this.#reading = turn.catch(() => undefined);
    return turn;
  }

  get #sessions(): SessionStore {
    if (this.#store === undefined) throw new Error('the ledger was not named');
    return this.#store;
  }
}
