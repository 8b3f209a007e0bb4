import { createHash } from 'node:crypto';
import { SingleFlight } from '../accounts/single-flight';
import { asDrawbridgeError, DrawbridgeError } from '../domain/errors';
import type { Principal } from '../domain/principal';
import type { LinkRecord, Session } from '../domain/session';
import type { Clock } from '../domain/time';
import type { DurableStore, Intent, NewAuditEntry, SavedSessions } from '../stores/ports';
import type { IntentLeases } from './intent-leases';

/** Who the audit log names for what the graph does by itself. */
export const ITSELF = 'drawbridge';

/** What is to be recorded before a vendor is called. */
export interface Asking {
  readonly principal: Principal;
  /** The name of the mutation. */
  readonly action: string;
  readonly account: string;
  /** What the caller gave, without the idempotency key: the same key must come with the same. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  /** What it takes to settle it without the caller. Never a link. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An intent that has begun, or the one that the same key began before. */
export type Opened =
  | { readonly begun: true; readonly intent: Intent }
  | { readonly begun: false; readonly earlier: Intent };

/** Writes down what is asked before a vendor is called, and what became of it after. */
export class LinkBook {
  readonly #pings = new SingleFlight<void>();

  constructor(
    private readonly store: DurableStore,
    private readonly clock: Clock,
    private readonly newId: () => string,
    private readonly leases: IntentLeases,
  ) {}

  /**
   * Records what is asked, with the PENDING session that it makes. Throws IDEMPOTENCY_CONFLICT where the key was used
   * with another input, STORE_UNAVAILABLE where it cannot be recorded: then no vendor is called. It is this process's
   * to work on until it is settled, or {@link letGo} is called.
   */
  async open(asking: Asking, session: LinkRecord | null): Promise<Opened> {
    const { principal, action, account, idempotencyKey, detail } = asking;
    const intent: Intent = {
      id: this.newId(),
      subject: principal.subject,
      action,
      idempotencyKey,
      inputDigest: digestOf(asking.input),
      account,
      sessionId: session?.id ?? null,
      detail: JSON.stringify(detail),
      askedAt: new Date(this.clock.now()),
      settledAt: null,
    };
    const begun = await this.store.intents.begin(intent, session, this.leases.until());
    if (begun.begun) {
      this.leases.hold(intent.id);
      return { begun: true, intent };
    }
    return { begun: false, earlier: withSameInput(begun.earlier, asking.input) };
  }

  /**
   * What the caller began before with the same key; undefined: nothing, or there is no key. Throws
   * IDEMPOTENCY_CONFLICT where that was with another input.
   */
  async earlier(
    asking: Pick<Asking, 'principal' | 'action' | 'input' | 'idempotencyKey'>,
  ): Promise<Intent | undefined> {
    const { principal, action, input, idempotencyKey } = asking;
    if (idempotencyKey === null) return undefined;
    const { subject } = principal;
    const earlier = await this.store.intents.find({ subject, action, idempotencyKey });
    return earlier === undefined ? undefined : withSameInput(earlier, input);
  }

  /** Throws STORE_UNAVAILABLE where nothing can be written down just now: then nothing is looked up at a vendor either. */
  async assertWritable(): Promise<void> {
    const running = this.#pings.find('') ?? this.#pings.start([''], () => this.store.ping());
    await running.wait(undefined);
  }

  /** Notes something more that it takes to settle an intent, with what the audit log tells of it, once. */
  note(
    intent: Intent,
    detail: Readonly<Record<string, unknown>>,
    ...entries: readonly AuditFacts[]
  ): Promise<void> {
    const audit = entries.map((entry) => this.entry(entry));
    return this.store.intents.note(intent.id, JSON.stringify(detail), audit);
  }

  /**
   * Records what became of an intent. False where somebody else had settled it before: that stands, but for a
   * connection that nobody knew of, which owes its end now.
   */
  async settle(intent: Intent, session: LinkRecord | null, entry: AuditFacts): Promise<boolean> {
    const at = new Date(this.clock.now());
    const first = await this.store.intents.settle(intent.id, at, session, [this.entry(entry)]);
    this.leases.drop(intent.id);
    return first;
  }

  /** True while this process works on an intent; any other that is not settled is another process's. */
  isAtWorkOn(intentId: string): boolean {
    return this.leases.holds(intentId);
  }

  /** Nothing more is done here for an intent: where it is not settled, whoever looks next settles it. */
  letGo(intent: Intent): Promise<void> {
    return this.leases.letGo(intent.id);
  }

  /** Records what happened to links, with who did it. */
  save(links: readonly LinkRecord[], entries: readonly AuditFacts[]): Promise<void> {
    return this.store.links.save(
      links,
      entries.map((entry) => this.entry(entry)),
    );
  }

  /** What the audit log tells of links that this graph did not open, and of those that are over without its doing. */
  entriesOfRead({ first, ended }: SavedSessions): readonly NewAuditEntry[] {
    const factsOf = ({ account, id, deviceId, remoteAccessId }: Session) => ({
      actor: ITSELF,
      account,
      target: id,
      detail: { device: deviceId, remoteAccess: remoteAccessId },
    });
    const seen = first.map((session) => {
      const { detail, ...facts } = factsOf(session);
      return this.entry({
        ...facts,
        action: 'linkSeen',
        detail: { ...detail, expiresAt: session.expiresAt },
      });
    });
    const over = ended.map((session) => {
      const { detail, ...facts } = factsOf(session);
      const { status, expiresAt, reason } = session;
      return this.entry({
        ...facts,
        action: 'linkEnded',
        detail: { ...detail, status, expiresAt, by: 'vendor' },
        reason,
      });
    });
    return [...seen, ...over];
  }

  /** Records that something was tried. */
  audit(entry: AuditFacts): Promise<void> {
    return this.store.audit.append([this.entry(entry)]);
  }

  /** An entry of the audit log, as of now. */
  entry({ actor, action, account, target, detail, error, reason }: AuditFacts): NewAuditEntry {
    return {
      at: new Date(this.clock.now()),
      actor,
      action,
      account,
      target,
      detail: JSON.stringify(detail ?? {}),
      outcome: error === undefined ? 'ok' : asDrawbridgeError(error).code,
      reason: reason ?? null,
    };
  }
}

/** What an entry of the audit log tells. */
export interface AuditFacts {
  readonly actor: string;
  readonly action: string;
  readonly account: string;
  readonly target: string | null;
  /** What was asked, and what was granted. Never a link. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What went wrong; left out: nothing. */
  readonly error?: unknown;
  readonly reason?: string | null;
}

function withSameInput(earlier: Intent, input: Asking['input']): Intent {
  if (earlier.inputDigest === digestOf(input)) return earlier;
  throw new DrawbridgeError('IDEMPOTENCY_CONFLICT', 'The idempotencyKey was used before with another input.');
}

function digestOf(input: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(input)
    .filter(([, value]) => value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
