import { formatId, parseId } from '../../domain/ids';
import { unwrap } from '../../domain/outcome';
import type { AccessPlace } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import type { SessionService } from '../session-service';
import { restInterval } from './poll-interval';
import { type AccountPollTools, ALL, OWN, pollReading } from './poll-tools';
import { Poller } from './poller';

/** A way in with links that are followed. */
interface Followed {
  readonly place: AccessPlace;
  readonly sessions: Map<string, Session>;
}

/**
 * Looks whether links end early, move, or are made elsewhere, in an account whose vendor can list them: each way in
 * with links that are followed by one call, in the interval that fits the one that ends first; and the other ways into
 * devices that are followed themselves in the longest.
 */
export class SessionPolls {
  /** Shape: the id of a way in to what is followed through it. */
  readonly #followed = new Map<string, Followed>();
  readonly #accessOf = new Map<string, string>();
  readonly #devices = new Set<string>();
  readonly #poller: Poller;

  constructor(
    private readonly tools: AccountPollTools,
    private readonly sessions: SessionService,
  ) {
    const { bounds } = tools;
    this.#poller = new Poller({
      ...tools,
      intervalMs: (key) => (key === ALL ? bounds.maxMs : restInterval(this.#leftMs(key), bounds)),
      callsFor: (key) => (key === ALL ? this.#devices.size : 1),
      look: (keys, maxAgeMs) => this.#look(keys, maxAgeMs),
    });
  }

  /** A session is followed, or changed; undefined: not any more. */
  session(id: string, session: Session | undefined): void {
    const access = session?.status === 'ACTIVE' ? session.remoteAccessId : null;
    const before = this.#accessOf.get(id);
    if (before !== undefined && before !== access) this.#drop(id, before);
    if (session === undefined || access === null) return;
    const followed = this.#followed.get(access) ?? { place: placeOf(session, access), sessions: new Map() };
    this.#followed.set(access, followed);
    followed.sessions.set(id, session);
    this.#accessOf.set(id, access);
    // Its end may have moved: the interval may be shorter by now.
    const ageMs = before === access ? 0 : this.tools.clock.now() - session.observedAt.getTime();
    this.#poller.add(access, ageMs);
  }

  /** The links into a device are followed, those to come among them; or not any more. */
  sessionsOf(deviceId: string, isFollowed: boolean): void {
    if (isFollowed) this.#devices.add(deviceId);
    else this.#devices.delete(deviceId);
    if (this.#devices.size === 0) this.#poller.delete(ALL);
    // What was made there before anybody followed is not known yet.
    else if (isFollowed) this.#poller.add(ALL, Number.POSITIVE_INFINITY);
  }

  /** Somebody has just asked the vendor for the links of a way in. */
  seen(accessLocalId: string): void {
    this.#poller.seen(formatId(this.tools.account.key, 'access', accessLocalId));
  }

  idle(): Promise<void> {
    return this.#poller.idle();
  }

  stop(): Promise<void> {
    return this.#poller.stop();
  }

  #drop(id: string, access: string): void {
    this.#accessOf.delete(id);
    const followed = this.#followed.get(access);
    followed?.sessions.delete(id);
    if (followed?.sessions.size !== 0) return;
    this.#followed.delete(access);
    this.#poller.delete(access);
  }

  /** What is left of the link that ends first; null where none has an end. */
  #leftMs(access: string): number | null {
    let first = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#followed.get(access)?.sessions.values() ?? []) {
      if (expiresAt !== null) first = Math.min(first, expiresAt.getTime());
    }
    return Number.isFinite(first) ? first - this.tools.clock.now() : null;
  }

  async #look(keys: readonly string[], maxAgeMs: number): Promise<ReadonlySet<string>> {
    this.tools.looked('sessions');
    const looked = new Set<string>();
    const places = keys.flatMap((key) => this.#followed.get(key)?.place ?? []);
    const [found] = await Promise.all([
      this.#list(places, maxAgeMs),
      keys.includes(ALL) ? this.#lookAtDevices(maxAgeMs).then(() => looked.add(ALL)) : undefined,
    ]);
    for (const id of found) looked.add(id);
    return looked;
  }

  /** Lists the links of ways in; what came of it goes into the ledger. Answers those that could be listed. */
  async #list(places: readonly AccessPlace[], maxAgeMs: number): Promise<readonly string[]> {
    if (places.length === 0) return [];
    const wanted = places.map((of) => ({ of, activeOnly: true, listAll: false }));
    const outcomes = await this.sessions.ofAccesses(OWN, wanted, pollReading(this.tools.clock, maxAgeMs));
    return places.flatMap(({ id }, index) => (outcomes[index]?.ok === true ? [id] : []));
  }

  /** The ways into devices through which no link is followed yet: one may have been made there. */
  async #lookAtDevices(maxAgeMs: number): Promise<void> {
    const { account, clock } = this.tools;
    const reading = pollReading(clock, maxAgeMs);
    const locals = [...this.#devices].map((id) => parseId(id).local);
    const devices = await account.devicesById(locals, reading);
    const online = [...devices].flatMap(([local, outcome]) =>
      unwrap(outcome)?.status === 'ONLINE' ? [local] : [],
    );
    if (online.length === 0) return;
    const accesses = await account.remoteAccesses(online, reading);
    const others = [...accesses.values()].flatMap(unwrap).filter(({ id }) => !this.#followed.has(id));
    await this.#list(others, maxAgeMs);
  }
}

function placeOf({ account, deviceId }: Session, id: string): AccessPlace {
  return { id, account, deviceId, localId: parseId(id).local, vendorDeviceId: parseId(deviceId).local };
}
