import type { Account } from '../accounts/account';
import { pause } from '../accounts/steps';
import { DrawbridgeError } from '../domain/errors';
import { formatId } from '../domain/ids';
import { settle } from '../domain/outcome';
import type { RemoteAccess } from '../domain/remote-access';
import type { Intent } from '../stores/ports';
import { ITSELF } from './link-book';
import type { LinkKeeper } from './link-keeper';
import type { LinkOpener } from './link-opener';
import { type IntentDetail, type LinkTools, ownReading } from './link-tools';
import type { MadeAccesses } from './made-accesses';

/** How long to wait before an intent that could not be settled is looked at again. */
const RETRY_MS = 5000;

/** Settles what an earlier run of the service left open: by looking at the vendor, once at its start. */
export class LinkSettler {
  #stopped = false;

  constructor(
    private readonly tools: LinkTools,
    private readonly opener: LinkOpener,
    private readonly made: MadeAccesses,
    private readonly keeper: LinkKeeper,
  ) {}

  /** Settles every open intent, again and again until each is. Resolves once nothing is left, or after stop. */
  async run(): Promise<void> {
    const left = await this.#unsettled();
    await Promise.all(left.map((intent) => this.#untilSettled(intent)));
  }

  stop(): void {
    this.#stopped = true;
    this.made.stop();
  }

  /** A store that is out of reach for a moment must not cost an intent. */
  async #unsettled(): Promise<readonly Intent[]> {
    for (;;) {
      const left = await settle(this.tools.store.intents.unsettled());
      if (left.ok) return left.value;
      if (this.#stopped) return [];
      this.tools.warn('what an earlier run left open could not be read, and will be again', left.error);
      await pause(this.tools.clock, RETRY_MS);
    }
  }

  async #untilSettled(intent: Intent): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#settle(intent);
        // Its end may have come while the service was down; others may take longer to settle.
        this.keeper.wake();
        return;
      } catch (thrown) {
        this.tools.warn(
          `what became of an action at ${intent.account} is not known yet, and will be looked for`,
          thrown,
        );
        await pause(this.tools.clock, RETRY_MS);
      }
    }
  }

  async #settle(intent: Intent): Promise<void> {
    const account = this.tools.fleet.all().find(({ key }) => key === intent.account);
    if (intent.sessionId === null) return this.#giveUp(intent);
    const session = (await this.tools.store.links.get([intent.sessionId])).get(intent.sessionId);
    if (account === undefined || session === undefined) return this.#giveUp(intent);
    const detail = JSON.parse(intent.detail) as IntentDetail;
    const access = await this.#accessOf(account, detail, intent.askedAt);
    if (access === undefined) {
      const failed = { ...session, status: 'FAILED' as const };
      return this.tools.book.settle(intent, failed, {
        ...this.#entry(intent),
        target: session.id,
        error: lost(),
      });
    }
    const { durationSeconds, allowedIp, port } = detail;
    const request = { access, durationSeconds, allowedIp };
    const undo = () => this.made.unmake(account, access, ITSELF, session.id);
    const opening = { account, access, request, intent, session, port };
    try {
      await this.opener.settle(detail.create === null ? opening : { ...opening, undo }, lost());
    } catch (thrown) {
      if (!isLost(thrown)) throw thrown;
    }
  }

  /** The way in of an intent; undefined where it does not exist, so that no link can. */
  async #accessOf(
    account: Account,
    { access, create }: IntentDetail,
    askedAt: Date,
  ): Promise<RemoteAccess | undefined> {
    if (access === null) return create === null ? undefined : this.made.findLate(account, create, askedAt);
    const device = account.deviceOfAccess(access);
    if (device === undefined) return undefined;
    const outcome = (await account.remoteAccesses([device], ownReading(this.tools.clock))).get(device);
    if (outcome?.ok === false) throw outcome.error;
    return outcome?.value.find(({ id }) => id === formatId(account.key, 'access', access));
  }

  /** What made no link, or whose account is gone, is only written down. */
  #giveUp(intent: Intent): Promise<void> {
    return this.tools.book.settle(intent, null, {
      ...this.#entry(intent),
      target: intent.sessionId,
      error: lost(),
    });
  }

  #entry(intent: Intent): { actor: string; action: string; account: string } {
    return { actor: ITSELF, action: intent.action, account: intent.account };
  }
}

const LOST = 'The service was stopped before the vendor had answered.';

function lost(): DrawbridgeError {
  return new DrawbridgeError('VENDOR_UNAVAILABLE', LOST);
}

function isLost(thrown: unknown): boolean {
  return thrown instanceof DrawbridgeError && thrown.message === LOST;
}
