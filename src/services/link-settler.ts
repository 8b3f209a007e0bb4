import type { Account } from '../accounts/account';
import { DrawbridgeError } from '../domain/errors';
import { formatId } from '../domain/ids';
import { settle } from '../domain/outcome';
import type { RemoteAccess } from '../domain/remote-access';
import type { LinkRecord } from '../domain/session';
import type { Intent } from '../stores/ports';
import type { IntentLeases } from './intent-leases';
import { TURNED_AWAY } from './link-admission';
import { ITSELF } from './link-book';
import type { LinkKeeper } from './link-keeper';
import { type LinkOpener, SETTLED_ELSEWHERE } from './link-opener';
import { detailOf, type IntentDetail, type LinkTools, ownReading } from './link-tools';
import type { MadeAccesses } from './made-accesses';

/** How often it is looked for what nobody works on any more. */
const LOOK_EVERY_MS = 5000;
/** How long to wait before an intent that could not be settled is looked at again. */
const RETRY_MS = 5000;

/** The parts of the house that the settler has others' work done by. */
interface SettlerParts {
  readonly tools: LinkTools;
  readonly leases: IntentLeases;
  readonly opener: LinkOpener;
  readonly made: MadeAccesses;
  readonly keeper: LinkKeeper;
}

/**
 * Settles what a process left open that has died: this one's earlier run, or another replica. By looking at the
 * vendor, at the start and from then on.
 */
export class LinkSettler {
  #cancel: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(private readonly parts: SettlerParts) {}

  /** Looks now, and again and again. */
  start(): void {
    if (this.#stopped) return;
    this.#looking = this.#look().then(() => {
      if (!this.#stopped) {
        this.#cancel = this.parts.tools.clock.schedule(LOOK_EVERY_MS, () => this.start());
      }
    });
  }

  /** Begins nothing more. What is on its way is left to the next start, unless it ends by itself before. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { tools, leases } = this.parts;
    const claimed = await settle(leases.claim(tools.fleet.all().map(({ key }) => key)));
    if (!claimed.ok) {
      tools.warn('what a process left open could not be read, and will be again', claimed.error);
      return;
    }
    for (const intent of claimed.value) {
      this.#untilSettled(intent).catch((thrown: unknown) =>
        tools.warn(`what became of an action at ${intent.account} could not be found out`, thrown),
      );
    }
  }

  async #untilSettled(intent: Intent): Promise<void> {
    const { tools, keeper } = this.parts;
    while (!tools.pauses.stopped) {
      const settled = await settle(this.#settle(intent));
      if (settled.ok) break;
      const { error } = settled;
      if (!tools.pauses.stopped) {
        tools.warn(
          `what became of an action at ${intent.account} is not known yet, and will be looked for`,
          error,
        );
      }
      await tools.pauses.wait(RETRY_MS);
    }
    await tools.book.letGo(intent);
    // Its end may have come while nobody was there to keep it.
    keeper.wake();
  }

  async #settle(intent: Intent): Promise<void> {
    const { tools, opener, made } = this.parts;
    const account = tools.fleet.all().find(({ key }) => key === intent.account);
    const { sessionId } = intent;
    const session =
      sessionId === null ? undefined : (await tools.store.links.get([sessionId])).get(sessionId);
    // What made no link is only written down.
    if (account === undefined || session === undefined) return this.#writeDown(intent, null);
    const detail = detailOf(intent);
    const access = await this.#accessOf(account, detail, intent.askedAt);
    if (access === undefined) return this.#writeDown(intent, { ...session, status: 'FAILED' });
    const { durationSeconds, allowedIp } = detail;
    const request = { access, durationSeconds, allowedIp };
    if (detail.access === null) await made.noteMade(access, intent, detail);
    const noted = { ...detail, access: access.localId };
    const settled = await settle(
      opener.settle({ account, access, request, intent, detail: noted, session }, lost()),
    );
    if (settled.ok || isLost(settled.error) || settled.error === SETTLED_ELSEWHERE) return;
    if (TURNED_AWAY.has(settled.error.code)) return;
    throw settled.error;
  }

  /** The way in of an intent; undefined where it does not exist, so that no link can. */
  async #accessOf(
    account: Account,
    { access, create }: IntentDetail,
    askedAt: Date,
  ): Promise<RemoteAccess | undefined> {
    const { made, tools } = this.parts;
    if (access === null) return create === null ? undefined : made.findLate(account, create, askedAt);
    const device = account.deviceOfAccess(access);
    if (device === undefined) return undefined;
    const outcome = (await account.remoteAccesses([device], ownReading(tools.clock))).get(device);
    if (outcome?.ok === false) throw outcome.error;
    return outcome?.value.find(({ id }) => id === formatId(account.key, 'access', access));
  }

  async #writeDown(intent: Intent, session: LinkRecord | null): Promise<void> {
    await this.parts.tools.book.settle(intent, session, {
      actor: ITSELF,
      action: intent.action,
      account: intent.account,
      target: intent.sessionId,
      error: lost(),
    });
  }
}

const LOST = 'The service was stopped before the vendor had answered.';

function lost(): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', LOST);
}

function isLost(error: DrawbridgeError): boolean {
  return error.message === LOST;
}
