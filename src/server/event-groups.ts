import { createHash } from 'node:crypto';
import { type DocumentNode, execute, type GraphQLSchema } from 'graphql';
import type { Principal } from '../domain/principal';
import { createContext, type OperationWishes, type Services } from '../graph/context';
import type { EventStream, OperationResult } from './operation';
import { type ShowErrors, ShownError } from './shown-errors';

/** The rights that callers have by now; they may change while a subscription lives. */
export interface CallerRights {
  /** A caller as it stands now; undefined: it is not let in any more. */
  now(principal: Principal): Principal | undefined;
  /** Calls back whenever rights have changed. */
  onChange(listener: () => void): void;
}

/** A subscription that was read, checked and allowed. */
export interface Subscribed {
  readonly document: DocumentNode;
  /** Names the document: the same hash, the same text. */
  readonly documentHash: string;
  readonly operationName?: string;
  readonly variables: Record<string, unknown>;
  readonly principal: Principal;
  readonly requestId: string;
  readonly wishes: OperationWishes;
}

/** What events are executed with. */
export interface EventGroupsOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly showErrors: ShowErrors;
  readonly rights: CallerRights;
}

/** Subscriptions that show every event alike: same document, same variables, same rights, same wishes. */
interface EventGroup {
  readonly subscribed: Subscribed;
  readonly key: string;
  /** Of rights: not used any more after the next one. */
  readonly generation: number;
  members: number;
  /** Made once there is more than one member. Shape: event to what it looks like. */
  shown?: WeakMap<object, Promise<OperationResult>>;
}

/**
 * Turns what happened into what subscribers see. An event that many subscribers see alike is executed once for all of
 * them, with loaders that live no longer than it: what a vendor is asked does not depend on how many follow.
 * Nothing that can be selected below a subscription depends on who asks, only on what it may see.
 */
export class EventGroups {
  #groups = new Map<string, EventGroup>();
  /** Counts changes of rights: groups that were made before one are not used after it. */
  #generation = 0;

  constructor(private readonly options: EventGroupsOptions) {
    options.rights.onChange(() => {
      this.#generation += 1;
      this.#groups = new Map();
    });
  }

  /**
   * The same subscription with the variables that its group has, where there is one: what ten thousand follow alike
   * is held once, and not as often as it was sent.
   */
  withSharedVariables(subscribed: Subscribed): Subscribed {
    const variables = this.#groups.get(keyOf(subscribed))?.subscribed.variables;
    return variables === undefined ? subscribed : { ...subscribed, variables };
  }

  /** The events of a source as one subscriber sees them. `ended` is called once they are over. */
  open(source: AsyncIterator<unknown>, subscribed: Subscribed, ended = nothing): EventStream {
    return new SubscriberEvents(source, this, subscribed, ended);
  }

  /** Takes a subscriber into its group. */
  join(subscribed: Subscribed): EventGroup {
    const key = keyOf(subscribed);
    const group = this.#groups.get(key) ?? { subscribed, key, generation: this.#generation, members: 0 };
    group.members += 1;
    this.#groups.set(key, group);
    return group;
  }

  /** A subscriber leaves its group. */
  leave(group: EventGroup): void {
    group.members -= 1;
    if (group.members === 0 && this.#groups.get(group.key) === group) this.#groups.delete(group.key);
  }

  /** The group as it is now: another one once the rights of callers have changed. */
  current(group: EventGroup, principal: Principal): EventGroup {
    if (group.generation === this.#generation) return group;
    return this.join({ ...group.subscribed, principal: this.options.rights.now(principal) ?? NOBODY });
  }

  /** What an event looks like to a group. */
  show(group: EventGroup, event: unknown): Promise<OperationResult> {
    if (group.members < 2 || typeof event !== 'object' || event === null)
      return this.#execute(group.subscribed, event);
    group.shown ??= new WeakMap();
    const known = group.shown.get(event) ?? this.#execute(group.subscribed, event);
    group.shown.set(event, known);
    return known;
  }

  /** What was thrown, as the subscriber may see it. */
  shown(thrown: unknown, requestId: string): unknown {
    const [error] = this.options.showErrors([thrown], requestId);
    return error === undefined ? thrown : new ShownError(error);
  }

  async #execute(subscribed: Subscribed, event: unknown): Promise<OperationResult> {
    const { schema, services, showErrors } = this.options;
    const { principal, requestId, wishes, document, operationName, variables } = subscribed;
    const context = createContext(services, { principal, requestId }, wishes);
    const { data, errors } = await execute({
      schema,
      document,
      rootValue: event,
      contextValue: context,
      variableValues: variables,
      operationName: operationName ?? null,
    });
    const vendorCalls = context.calls.records;
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined ? {} : { errors: showErrors(errors, requestId) }),
      ...(vendorCalls === undefined ? {} : { extensions: { vendorCalls } }),
    };
  }
}

/** Whoever is not let in any more sees nothing of what still arrives before its connection ends. */
const NOBODY: Principal = { subject: '', scopes: new Set(), accounts: new Set() };

/** A class, not a generator, and without closures: there are tens of thousands of them, and most only wait. */
class SubscriberEvents implements EventStream {
  readonly #principal: Principal;
  readonly #requestId: string;
  #group: EventGroup;
  #isOver = false;

  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly groups: EventGroups,
    subscribed: Subscribed,
    private readonly ended: () => void,
  ) {
    this.#principal = subscribed.principal;
    this.#requestId = subscribed.requestId;
    this.#group = groups.join(subscribed);
  }

  async next(): Promise<IteratorResult<OperationResult>> {
    try {
      const { done, value } = await this.source.next();
      if (done !== true && !this.#isOver) {
        this.#group = this.groups.current(this.#group, this.#principal);
        return { done: false, value: await this.groups.show(this.#group, value) };
      }
    } catch (thrown) {
      this.#end();
      throw this.groups.shown(thrown, this.#requestId);
    }
    this.#end();
    return OVER;
  }

  async return(): Promise<IteratorResult<OperationResult>> {
    this.#end();
    await this.source.return?.();
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.groups.leave(this.#group);
    this.ended();
  }
}

function nothing(): void {}

const OVER = { done: true, value: undefined } as const;

/** Equal for subscriptions that show every event alike. Short, for one is kept for each group. */
function keyOf({ documentHash, operationName, variables, principal, wishes }: Subscribed): string {
  const { scopes, accounts } = principal;
  const parts = [
    documentHash,
    operationName ?? null,
    variables,
    [...scopes].sort(),
    accounts === undefined ? null : [...accounts].sort(),
    wishes.maxAgeMs ?? null,
    wishes.explain,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
