import { type Outcome, settle, success } from '../domain/outcome';
import type { Reading } from '../domain/reading';
import type { SessionFacts } from '../domain/session';
import type { SessionListing } from '../vendors/driver';
import type { AccountTools } from './account-tools';
import { eachKey, mapOutcome, pick } from './batch';
import { contextOf } from './call-context';
import type { KeyedReads } from './keyed-reads';

/** Links of one way in as the vendor listed them. */
export interface ListedSessions {
  readonly sessions: readonly SessionFacts[];
  /** True where those that are over were left out. */
  readonly usableOnly: boolean;
  /** False where a row could not be read: what is not listed is then not known to be over. */
  readonly complete: boolean;
  readonly observedAt: Date;
  /** When the vendor was asked: it does not tell what happened since. */
  readonly askedAt: Date;
}

/** When something began behind which the vendor lists links. */
export interface BegunChange {
  readonly turn: number;
  readonly askedAt: Date;
}

type AskedListing = SessionListing & Pick<ListedSessions, 'askedAt'>;

const NO_SESSIONS: SessionListing = { sessions: [], complete: true };

const USABLE = '+';
const ALL = '*';

/** The links of one account, by way in, at one call each. */
export class SessionReads {
  readonly #byAccess: KeyedReads<AskedListing>;

  /** `behind`: whose memory answers where this one's does not. */
  constructor(
    private readonly tools: AccountTools,
    behind?: SessionReads,
  ) {
    this.#byAccess = tools.reads<AskedListing>({
      kind: 'sessions',
      operation: 'listSessions',
      absent: { ...NO_SESSIONS, askedAt: new Date(0) },
      load: (keys, reading) => eachKey(keys, (key) => this.#list(key, reading)),
      behind: behind === undefined ? undefined : behind.#byAccess.cache,
    });
  }

  /** Shape: the local part of an access's id to its links. `wanted`: true for the usable ones only. */
  async list(
    wanted: ReadonlyMap<string, boolean>,
    reading: Reading,
  ): Promise<ReadonlyMap<string, Outcome<ListedSessions>>> {
    if (wanted.size === 0) return new Map();
    const keys = new Map([...wanted].map(([id, usableOnly]) => [id, this.#keyOf(id, usableOnly, reading)]));
    const found = await this.#byAccess.get([...keys.values()], reading);
    return new Map(
      [...keys].map(([localId, key]) => [
        localId,
        mapOutcome(pick(found, key), ({ value, at }) => ({
          ...value,
          usableOnly: key.startsWith(USABLE),
          observedAt: new Date(at),
        })),
      ]),
    );
  }

  /** Told that something is begun whose answer may be {@link learn}ed: when that is. */
  begin(): BegunChange {
    return { turn: this.#byAccess.cache.begin(), askedAt: new Date(this.tools.options.clock.now()) };
  }

  /** Keeps the usable links of a way in, which the vendor listed behind something that had begun. */
  learn(accessLocalId: string, listing: SessionListing, { turn, askedAt }: BegunChange): void {
    this.#byAccess.cache.learn(USABLE + accessLocalId, { ...listing, askedAt }, turn);
  }

  /** Under what the links of an access are known: a fresh list of all serves who wants only the usable ones, too. */
  #keyOf(localId: string, usableOnly: boolean, reading: Reading): string {
    const all = ALL + localId;
    return usableOnly && this.#byAccess.cache.fresh(all, reading) === undefined ? USABLE + localId : all;
  }

  async #list(key: string, reading: Reading): Promise<Outcome<AskedListing>> {
    const { key: account, clock, driver, observer } = this.tools.options;
    const askedAt = new Date(clock.now());
    if (driver.sessions === undefined) return success({ ...NO_SESSIONS, askedAt });
    const localId = key.slice(1);
    const listed = await settle(driver.sessions.list(localId, key.startsWith(USABLE), contextOf(reading)));
    if (listed.ok) observer?.sessionsSeen(account, localId);
    return mapOutcome(listed, (listing) => ({ ...listing, askedAt }));
  }
}
