import { type SimulatorOptions, type Simulators, startSimulators } from '../../src/simulators/simulators';

/** 2026-11-21T10:00:00Z: the instant at which the tests' clocks start. */
export const START = Date.UTC(2026, 10, 21, 10);

export interface TestClock {
  readonly now: () => number;
  advance(ms: number): void;
}

/** A clock that stands still until it is advanced. */
export function createTestClock(): TestClock {
  let instant = START;
  return {
    now: () => instant,
    advance: (ms) => {
      instant += ms;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One HTTP request, with a JSON body where one is given; redirects are not followed. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    redirect: 'manual',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

/** Reads a value out of nested JSON; undefined where the path leads nowhere. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? new Map(entriesOf(inner)).get(String(key)) : undefined,
    value,
  );
}

/** Reads a list out of nested JSON. */
export function list(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = dig(value, ...path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path.join('.')}`);
  return found;
}

/** The value itself, where a test could not go on without it. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test needs a value here');
  return value;
}

export interface World {
  readonly simulators: Simulators;
  readonly clock: TestClock;
}

/** Starts the three vendors without latency and with a clock that stands still. */
export async function startWorld(options: SimulatorOptions = {}): Promise<World> {
  const clock = createTestClock();
  return { clock, simulators: await startSimulators({ latencyMs: 0, now: clock.now, ...options }) };
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
