import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DocumentNode, type ExecutionResult, execute, parse, subscribe } from 'graphql';
import { Fleet } from '../../src/accounts/fleet';
import { openTools } from '../../src/app';
import { openAccount, type Tools } from '../../src/app-accounts';
import { createServices } from '../../src/app-services';
import { loadConfig } from '../../src/config/load';
import type { Principal } from '../../src/domain/principal';
import { createContext, type GraphContext, type Services } from '../../src/graph/context';
import { buildGraph } from '../../src/graph/schema';
import { ANONYMOUS } from '../../src/server/authenticate';
import { observeStore } from '../../src/services/expiry/observed-store';
import { type SimulatorOptions, type Simulators, startSimulators } from '../../src/simulators/simulators';
import { openStore } from '../../src/stores/open';
import type { DurableStore } from '../../src/stores/ports';
import { systemClock } from '../../src/system-clock';
import { openLogger } from '../../src/telemetry/logger';
import { NO_TRACING } from '../../src/telemetry/tracing';
import { vendors } from '../../src/vendors';
import { testCursors } from './cursors';
import { ManualClock } from './manual-clock';
import { variablesOf } from './service';

/** The graph over simulated vendors, without a server in front of it, on a clock that a test moves. */
export interface TestGraph {
  readonly clock: ManualClock;
  readonly simulators: Simulators;
  readonly services: Services;
  readonly fleet: Fleet;
  readonly store: DurableStore;
  readonly folder: string;
  readonly tools: Tools;
  /** Runs a query or a mutation; while it waits for its vendor, the clock moves on. */
  run<T = Record<string, unknown>>(query: string, asked?: Asked): Promise<Answer<T>>;
  /** Begins a subscription; throws the errors with which it is refused. */
  follow<T = Record<string, unknown>>(query: string, asked?: Asked): Promise<Following<T>>;
  /** Moves the clock on, step by step; what falls due is done before the next one. */
  pass(seconds: number, stepSeconds?: number): Promise<void>;
  /** Does what has to be done by itself: settles and ends links. */
  start(): void;
  /** Stops it, and leaves its vendors and its store to the next one. */
  stop(): Promise<void>;
  /** Stops it, and whatever it stands on. */
  close(): Promise<void>;
}

export interface Asked {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly principal?: Principal;
}

/** An answer of the graph. */
export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: object }[];
}

/** A subscription that has begun. */
export interface Following<T> {
  /** The next event; undefined where it is over. */
  next(): Promise<Answer<T> | undefined>;
  /** Every event that came until nothing more is on its way. */
  settled(): Promise<readonly T[]>;
  leave(): Promise<void>;
}

export interface TestGraphOptions {
  readonly simulators?: SimulatorOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** A graph that was closed, on whose vendors, store and clock this one goes on. */
  readonly after?: TestGraph;
}

/** Opens the graph with accounts at new simulated vendors. */
export async function openTestGraph(options: TestGraphOptions = {}): Promise<TestGraph> {
  const { after } = options;
  const clock = after?.clock ?? new ManualClock();
  const folder = after?.folder ?? (await mkdtemp(path.join(tmpdir(), 'drawbridge-')));
  const simulators =
    after?.simulators ??
    (await startSimulators({ latencyMs: 0, now: () => clock.now(), ...options.simulators }));
  const config = loadConfig({
    env: { ...variablesOf(simulators), AUTH_DISABLED: '1', ...options.env },
    cwd: folder,
    vendors: Object.values(vendors),
  });
  const logger = openLogger({ level: 'silent', pretty: false, destination: { write: () => undefined } });
  const tools = openTools({
    config,
    logger,
    clock,
    limitClock: systemClock,
    tracing: NO_TRACING,
    random: () => 0.5,
  });
  const durable = await openStore({
    databaseUrl: `file:${path.join(folder, 'd.db')}`,
    key: undefined,
    warn: () => {},
  });
  const store = observeStore(durable, tools.watches.ledger);
  tools.watches.ledger.readFrom(durable);
  const fleet = new Fleet(
    await Promise.all(config.accounts.map((account) => openAccount(account, store, tools))),
  );
  const running = createServices(fleet, store, { ...tools, cursors: testCursors, accounts: config.accounts });
  const { schema } = buildGraph();
  const contextOf = (principal: Principal = ANONYMOUS): GraphContext =>
    createContext(running.services, { principal, requestId: 'test' }, { explain: false });
  const documents = new Map<string, DocumentNode>();
  const documentOf = (query: string): DocumentNode => {
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    return document;
  };
  const stop = async (): Promise<void> => {
    await whileMoving(clock, running.stop());
    await fleet.close();
    await store.close();
  };
  return {
    clock,
    folder,
    simulators,
    services: running.services,
    fleet,
    store,
    tools,
    run: async <T>(query: string, { variables, principal }: Asked = {}) =>
      (await whileMoving(
        clock,
        execute({
          schema,
          document: documentOf(query),
          contextValue: contextOf(principal),
          variableValues: variables,
        }),
      )) as Answer<T>,
    follow: async <T>(query: string, { variables, principal }: Asked = {}) => {
      const events = await subscribe({
        schema,
        document: documentOf(query),
        contextValue: contextOf(principal),
        variableValues: variables,
      });
      if (!(Symbol.asyncIterator in events)) throw events.errors?.[0];
      return following<T>(events as AsyncGenerator<ExecutionResult>);
    },
    pass: async (seconds, stepSeconds = 1) => {
      for (let passed = 0; passed < seconds; passed += stepSeconds) {
        clock.advance(Math.min(stepSeconds, seconds - passed) * 1000);
        await whileMoving(clock, running.polls.idle(), VENDORS_ANSWER_WITHIN_MS);
        await quiet();
      }
    },
    start: () => running.start(),
    stop,
    close: async () => {
      await stop();
      await simulators.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function following<T>(events: AsyncGenerator<ExecutionResult>): Following<T> {
  let asked: Promise<IteratorResult<ExecutionResult>> | undefined;
  const next = async (): Promise<Answer<T> | undefined> => {
    const { done, value } = await (asked ?? events.next());
    asked = undefined;
    return done === true ? undefined : (value as Answer<T>);
  };
  return {
    next,
    settled: async () => {
      const told: T[] = [];
      for (;;) {
        asked ??= events.next();
        const waiting = await Promise.race([asked.then(() => false), quiet()]);
        if (waiting) return told;
        const event = await next();
        if (event?.data === undefined || event.data === null) {
          if (event === undefined) return told;
          throw new Error(JSON.stringify(event.errors));
        }
        told.push(event.data);
      }
    },
    leave: async () => {
      await events.return(undefined);
    },
  };
}

/** In the time of the machine: what takes longer is no answer on its way, but a wait on the clock. */
const VENDORS_ANSWER_WITHIN_MS = 300;

/** What waits for a vendor waits on the clock: it moves on until all is done, once that has had its first chance. */
async function whileMoving<T>(clock: ManualClock, work: T | Promise<T>, firstMs = 5): Promise<T> {
  let done = false;
  const finished = Promise.resolve(work).finally(() => {
    done = true;
  });
  const settled = finished.catch(() => undefined);
  for (let moves = 0; ; moves += 1) {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise((resolve) => {
      timer = setTimeout(resolve, moves === 0 ? firstMs : 5);
    });
    await Promise.race([settled, waited]);
    clearTimeout(timer);
    if (done) return finished;
    // What is waited for this long is not waited for to the moment.
    clock.advance(moves < 40 ? 50 : 250);
  }
}

/** True once everything that could go on in this process has. */
async function quiet(): Promise<true> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return true;
}
