import type { GraphQLFormattedError } from 'graphql';
import type { Clock } from '../domain/time';
import type { CallbackTarget } from './callback-request';
import type { OperationResult } from './operation';

/** What a router is told. */
type Message =
  | { readonly action: 'check' }
  | { readonly action: 'next'; readonly payload: OperationResult }
  | { readonly action: 'complete'; readonly errors?: readonly GraphQLFormattedError[] };

/** `gone`: the router does not know the subscription any more, or refuses it: nothing more is sent. */
type Answer = 'taken' | 'gone' | 'failed';

/** The header by which both sides say which version of the protocol they speak. */
export const SUBSCRIPTION_PROTOCOL = { 'subscription-protocol': 'callback/1.0' } as const;

/** How long a router may take to answer. */
const ANSWER_WITHIN_MS = 5_000;

/** Waits between the tries of one message, in milliseconds. */
const TRY_AGAIN_AFTER = [100, 300, 1_000, 3_000] as const;

/** Heartbeats in a row that may fail before the router counts as gone. */
const MOST_FAILED_HEARTBEATS = 5;

/** Sends messages of one subscription to the router that asked for it, one at a time and in order. */
export class CallbackEmitter {
  #failedHeartbeats = 0;
  #isChecking = false;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(
    private readonly target: CallbackTarget,
    private readonly clock: Clock,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  /** Asks once whether the router knows the subscription. */
  async check(): Promise<boolean> {
    return (await this.#post({ action: 'check' })) === 'taken';
  }

  /** Sends one message, again where the router has trouble. False: the router is gone. */
  async send(message: Message): Promise<boolean> {
    for (const waitMs of [...TRY_AGAIN_AFTER, undefined]) {
      const answer = await this.#post(message);
      if (answer !== 'failed') return answer === 'taken';
      if (waitMs !== undefined) await new Promise<void>((resolve) => this.clock.schedule(waitMs, resolve));
    }
    return false;
  }

  /** Tells the router again and again that the subscription lives; calls back once where the router is gone. */
  keepAlive(onGone: () => void): void {
    const { heartbeatMs } = this.target;
    if (heartbeatMs === 0) return;
    const schedule = (): void => {
      this.#cancelHeartbeat = this.clock.schedule(heartbeatMs, () => {
        schedule();
        // A router that is slow to answer is not asked twice at once; that it was slow counts once it answers.
        if (!this.#isChecking) void this.#beat(onGone);
      });
    };
    schedule();
  }

  /** No more heartbeats. */
  stop(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
  }

  async #beat(onGone: () => void): Promise<void> {
    this.#isChecking = true;
    const answer = await this.#post({ action: 'check' });
    this.#isChecking = false;
    if (this.#cancelHeartbeat === undefined) return;
    this.#failedHeartbeats = answer === 'failed' ? this.#failedHeartbeats + 1 : 0;
    if (answer === 'gone' || this.#failedHeartbeats >= MOST_FAILED_HEARTBEATS) onGone();
  }

  async #post(message: Message): Promise<Answer> {
    const { url, subscriptionId: id, verifier } = this.target;
    try {
      const { status, body } = await this.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...SUBSCRIPTION_PROTOCOL },
        body: JSON.stringify({ kind: 'subscription', id, verifier, ...message }),
        // Where it leads is not where the operator said that events may go.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      await body?.cancel();
      if (status >= 200 && status < 300) return 'taken';
      return status >= 500 || status === 429 ? 'failed' : 'gone';
    } catch {
      // Not reached, or not in time: it may be next time.
      return 'failed';
    }
  }
}
