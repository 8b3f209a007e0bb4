import type { Principal } from '../../src/domain/principal';
import { CallerWatch } from '../../src/server/caller-watch';
import { ManualClock } from '../support/manual-clock';

/** Rights that a test changes. */
function rights() {
  const listeners: (() => void)[] = [];
  const out = new Set<Principal>();
  return {
    now: (principal: Principal) => (out.has(principal) ? undefined : principal),
    onChange: (listener: () => void) => void listeners.push(listener),
    takeAway: (principal: Principal) => {
      out.add(principal);
      for (const listener of listeners) listener();
    },
  };
}

const caller = (expiresAt?: Date): Principal => ({
  subject: 'app',
  scopes: new Set(),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

test('what stays open for a caller ends with its token, at that moment and once', () => {
  const clock = new ManualClock();
  const ended = jest.fn();
  new CallerWatch(clock, rights()).watch(caller(new Date(clock.now() + 60_000)), ended);
  clock.advance(59_999);
  expect(ended).not.toHaveBeenCalled();
  clock.advance(1);
  clock.advance(60_000);
  expect(ended).toHaveBeenCalledTimes(1);
});

/** As in Node.js, a timer that is asked for more than it can count fires at once. */
class ShortClock extends ManualClock {
  override schedule(afterMs: number, callback: () => void): () => void {
    return super.schedule(afterMs > 2 ** 31 - 1 ? 1 : afterMs, callback);
  }
}

test('a token that ends in months is waited for, longer than a timer can', () => {
  const clock = new ShortClock();
  const ended = jest.fn();
  const days = 24 * 3_600_000;
  new CallerWatch(clock, rights()).watch(caller(new Date(clock.now() + 90 * days)), ended);
  clock.advance(89 * days);
  expect(ended).not.toHaveBeenCalled();
  clock.advance(days);
  expect(ended).toHaveBeenCalledTimes(1);
});

test('a token that is over already ends it at once', () => {
  const clock = new ManualClock();
  const ended = jest.fn();
  new CallerWatch(clock, rights()).watch(caller(new Date(clock.now())), ended);
  expect(ended).toHaveBeenCalledTimes(1);
});

test('a token that is taken away ends what is open for it, and nothing else', () => {
  const held = rights();
  const watches = new CallerWatch(new ManualClock(), held);
  const [one, other] = [caller(), caller()];
  const [oneEnded, otherEnded] = [jest.fn(), jest.fn()];
  watches.watch(one, oneEnded);
  watches.watch(other, otherEnded);
  held.takeAway(one);
  expect(oneEnded).toHaveBeenCalledTimes(1);
  expect(otherEnded).not.toHaveBeenCalled();
});

test('what was closed before is not ended, and leaves no timer behind', () => {
  const clock = new ManualClock();
  const held = rights();
  const ended = jest.fn();
  const principal = caller(new Date(clock.now() + 60_000));
  new CallerWatch(clock, held).watch(principal, ended).stop();
  expect(clock.waiting).toBe(0);
  held.takeAway(principal);
  expect(ended).not.toHaveBeenCalled();
});
