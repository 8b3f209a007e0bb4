import { DrawbridgeError } from '../../src/domain/errors';
import { lifetimeUntil, type Token, TokenLogin, type TokenSource } from '../../src/vendors/token-login';
import { ManualClock, START } from '../support/manual-clock';

interface Numbered extends Token {
  readonly number: number;
}

const HOUR_MS = 3_600_000;
const REFUSED = new DrawbridgeError('VENDOR_UNAUTHORIZED', 'refused');
const DOWN = new DrawbridgeError('VENDOR_UNAVAILABLE', 'down');

/** A login that counts, whose answers a test holds back or replaces by failures. */
function setUp(
  options: { readonly lifetimeMs?: number; readonly refresh?: TokenSource<Numbered>['refresh'] } = {},
) {
  const clock = new ManualClock();
  const counted = { logins: 0 };
  let gate: Promise<void> = Promise.resolve();
  let failure: DrawbridgeError | undefined;
  const { refresh } = options;
  const login = new TokenLogin<Numbered>(
    {
      async login() {
        counted.logins += 1;
        const number = counted.logins;
        await gate;
        if (failure !== undefined) throw failure;
        return tokenOf(number, options.lifetimeMs);
      },
      ...(refresh === undefined ? {} : { refresh }),
    },
    clock,
  );
  return {
    clock,
    counted,
    login,
    failWith: (error: DrawbridgeError | undefined) => {
      failure = error;
    },
    holdBack: () => {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}

function tokenOf(number: number, lifetimeMs = HOUR_MS): Numbered {
  return { number, headers: { token: `t${number}` }, lifetimeMs };
}

const fifty = <T>(make: () => Promise<T>): Promise<T>[] => Array.from({ length: 50 }, make);

describe('a login with a token', () => {
  it('happens once for fifty callers who come at the same time', async () => {
    const { login, counted, holdBack } = setUp();
    const open = holdBack();
    const callers = fifty(() => login.headers({}));
    open();
    expect(new Set((await Promise.all(callers)).map(({ token }) => token))).toEqual(new Set(['t1']));
    expect(counted.logins).toBe(1);
  });

  it('serves until a minute before the end', async () => {
    const { login, clock, counted } = setUp();
    await login.headers({});
    clock.advance(HOUR_MS - 60_001);
    expect(await login.headers({})).toEqual({ token: 't1' });
    clock.advance(1);
    expect(await login.headers({})).toEqual({ token: 't2' });
    expect(counted.logins).toBe(2);
  });

  it('serves for half of its life where that is short', async () => {
    const { login, clock } = setUp({ lifetimeMs: 10_000 });
    await login.headers({});
    clock.advance(4_999);
    expect(await login.headers({})).toEqual({ token: 't1' });
    clock.advance(1);
    expect(await login.headers({})).toEqual({ token: 't2' });
  });

  it('happens once for fifty callers whose token was refused', async () => {
    const { login, counted } = setUp();
    const rejected = await login.headers({});
    expect(await Promise.all(fifty(() => login.renew(rejected, {})))).toEqual(Array(50).fill(true));
    expect(await login.headers({})).toEqual({ token: 't2' });
    expect(counted.logins).toBe(2);
  });

  it('does not happen again for a caller who was refused with the token before', async () => {
    const { login, counted } = setUp();
    const rejected = await login.headers({});
    await login.renew(rejected, {});
    expect(await login.renew(rejected, {})).toBe(true);
    expect(counted.logins).toBe(2);
  });
});

describe('a login that fails', () => {
  it('is not tried again for thirty seconds where the vendor refused it', async () => {
    const { login, clock, counted, failWith } = setUp();
    failWith(REFUSED);
    for (const caller of fifty(() => login.headers({}))) await expect(caller).rejects.toBe(REFUSED);
    clock.advance(29_999);
    await expect(login.headers({})).rejects.toMatchObject({
      code: REFUSED.code,
      retryAfterSeconds: undefined,
    });
    expect(counted.logins).toBe(1);
    failWith(undefined);
    clock.advance(1);
    expect(await login.headers({})).toEqual({ token: 't2' });
  });

  it('is not tried again for five seconds where the vendor was not to be had', async () => {
    const { login, clock, counted, failWith } = setUp();
    failWith(DOWN);
    await expect(login.headers({})).rejects.toBe(DOWN);
    clock.advance(4_999);
    await expect(login.headers({})).rejects.toMatchObject({ code: DOWN.code, retryAfterSeconds: 1 });
    expect(counted.logins).toBe(1);
    clock.advance(1);
    await expect(login.headers({})).rejects.toBe(DOWN);
    expect(counted.logins).toBe(2);
  });

  it.each([
    ['refused', REFUSED, [30, 60, 120, 240, 480, 600, 600]],
    ['failed', DOWN, [5, 10, 20, 20]],
  ] as const)('again and again is tried after ever longer pauses where it %s', async (_, error, pauses) => {
    const { login, clock, counted, failWith } = setUp();
    failWith(error);
    await expect(login.headers({})).rejects.toBe(error);
    for (const [index, seconds] of pauses.entries()) {
      clock.advance(seconds * 1000 - 1);
      await expect(login.headers({})).rejects.toMatchObject({ code: error.code });
      expect(counted.logins).toBe(index + 1);
      clock.advance(1);
      await expect(login.headers({})).rejects.toBe(error);
    }
    failWith(undefined);
    clock.advance(600_000);
    const token = await login.headers({});
    failWith(error);
    await expect(login.renew(token, {})).rejects.toBe(error);
    clock.advance((pauses[0] ?? 0) * 1000);
    failWith(undefined);
    expect(await login.headers({})).not.toEqual(token);
  });

  it('waits as long as the vendor asks', async () => {
    const { login, clock, counted, failWith } = setUp();
    failWith(new DrawbridgeError('VENDOR_RATE_LIMITED', 'pause', { retryAfterSeconds: 90 }));
    await expect(login.headers({})).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    clock.advance(89_999);
    await expect(login.headers({})).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect(counted.logins).toBe(1);
  });

  it('fails nobody while the token before still holds', async () => {
    const { login, clock, failWith } = setUp();
    await login.headers({});
    failWith(DOWN);
    clock.advance(HOUR_MS - 30_000);
    expect(await login.headers({})).toEqual({ token: 't1' });
    clock.advance(30_000);
    await expect(login.headers({})).rejects.toBe(DOWN);
  });

  it('fails those whose token was refused, however long it would have held', async () => {
    const { login, failWith } = setUp();
    const rejected = await login.headers({});
    failWith(REFUSED);
    await expect(login.renew(rejected, {})).rejects.toBe(REFUSED);
    await expect(login.headers({})).rejects.toMatchObject({ code: REFUSED.code });
  });
});

describe('a refresh', () => {
  it('takes the place of a login, once for all callers', async () => {
    let refreshes = 0;
    const { login, clock, counted } = setUp({
      refresh: async (previous) => {
        refreshes += 1;
        return tokenOf(previous.number + 100);
      },
    });
    await login.headers({});
    clock.advance(HOUR_MS);
    const headers = await Promise.all(fifty(() => login.headers({})));
    expect(new Set(headers.map(({ token }) => token))).toEqual(new Set(['t101']));
    expect([counted.logins, refreshes]).toEqual([1, 1]);
  });

  it.each([
    ['fails', () => Promise.reject(DOWN)],
    ['is not possible', async () => undefined],
  ])('that %s is followed by one login', async (_, refresh) => {
    const { login, clock, counted } = setUp({ refresh });
    await login.headers({});
    clock.advance(HOUR_MS);
    expect(await Promise.all(fifty(() => login.headers({})))).toEqual(Array(50).fill({ token: 't2' }));
    expect(counted.logins).toBe(2);
  });
});

describe('what is left of a token', () => {
  it('is the time until its end, or the usual where that is not told or over by this clock', () => {
    const clock = new ManualClock();
    expect(lifetimeUntil(new Date(START + 5_000), clock, HOUR_MS)).toBe(5_000);
    expect(lifetimeUntil(new Date(START - 5_000), clock, HOUR_MS)).toBe(HOUR_MS);
    expect(lifetimeUntil(null, clock, HOUR_MS)).toBe(HOUR_MS);
  });
});
