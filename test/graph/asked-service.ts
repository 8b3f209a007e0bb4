import { ManualClock } from '../support/manual-clock';
import { type GraphResult, startTestService, type TestService } from '../support/service';

/** The service over a fleet that stands still; every answer is looked at for what it must not show. */
export interface AskedService {
  readonly clock: ManualClock;
  readonly service: TestService;
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<GraphResult<T>>;
  /** The calls at all vendors so far. */
  vendorCalls(): number;
}

/** Starts the service for the tests of one file. */
export function askedService(env: Readonly<Record<string, string>> = {}): AskedService {
  const clock = new ManualClock();
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ clock, simulators: { devices: 90, seed: 7 }, env });
  });
  afterAll(() => service.close());
  return {
    clock,
    get service() {
      return service;
    },
    async ask<T>(query: string, variables: Record<string, unknown> = {}) {
      const result = await service.query<T>(query, { variables });
      expectPlain(result);
      return result;
    },
    vendorCalls() {
      const { rms, remoteit, everyware } = service.simulators;
      return rms.calls.count() + remoteit.calls.count() + everyware.calls.count();
    },
  };
}

const CODES = /^[A-Z_]+$/;

/** What the extensions of an error may tell; the figures, of an operation that was too large. */
const TOLD: ReadonlySet<string> = new Set(['code', 'requestId', 'limit', 'asked', 'allowed']);

/** No error may show where in the program it came from, nor what the program is made of. */
function expectPlain(result: GraphResult<unknown>): void {
  for (const error of result.errors ?? []) {
    expect(error.extensions['code']).toMatch(CODES);
    expect(Object.keys(error.extensions).filter((name) => !TOLD.has(name))).toEqual([]);
  }
  const text = JSON.stringify(result.errors ?? []);
  expect(text).not.toMatch(/stack|node_modules|\.[jt]s:\d|at Object|TypeError|undefined/);
}

/** Root fields that take an id, and the kind of their ids. */
export const FIELDS = [
  ['device', 'device'],
  ['remoteAccess', 'access'],
  ['session', 'session'],
] as const;

/** Longer than an id can be. */
export const LONG = 'a'.repeat(600);
