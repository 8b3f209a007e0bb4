import { type CallerAllowance, CallerLimits } from '../../../src/graph/limits/caller-limits';
import { ManualClock } from '../../support/manual-clock';
import { callerWith } from './fixture';

const ana = callerWith();
const ben = { ...ana, subject: 'ben' };

const tooMuch = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: 'OPERATION_TOO_EXPENSIVE', retryAfterSeconds });

function open(allowance: Partial<CallerAllowance>) {
  const clock = new ManualClock();
  const limits = new CallerLimits(
    { operationsPerMinute: 0, costPerMinute: 0, concurrency: 0, streams: 0, ...allowance },
    clock,
  );
  return { clock, limits };
}

test('each caller begins as many operations a minute as are allowed, and is told when the next may begin', () => {
  const { clock, limits } = open({ operationsPerMinute: 60 });
  for (let count = 0; count < 60; count += 1) limits.begin(ana)();
  expect(() => limits.begin(ana)).toThrow(tooMuch(1));
  expect(() => limits.begin(ana, 20)).toThrow(tooMuch(20));
  expect(() => limits.begin(ben)).not.toThrow();
  clock.advance(1000);
  expect(() => limits.begin(ana)).not.toThrow();
  expect(() => limits.begin(ana)).toThrow(tooMuch(1));
});

test('what a caller spends in a minute is bounded too', () => {
  const { clock, limits } = open({ costPerMinute: 6000 });
  limits.spend(ana, 5000);
  expect(() => limits.spend(ana, 5000)).toThrow(tooMuch(40));
  limits.spend(ana, 1000);
  limits.spend(ben, 5000);
  clock.advance(40_000);
  expect(() => limits.spend(ana, 4000)).not.toThrow();
});

test('no more operations of a caller run at once than may; one that is over makes room, once', () => {
  const { limits } = open({ concurrency: 2 });
  const end = limits.begin(ana);
  limits.begin(ana);
  expect(() => limits.begin(ana)).toThrow(tooMuch(1));
  expect(() => limits.begin(ben, 3)).toThrow(tooMuch(1));
  end();
  end();
  limits.begin(ana);
  expect(() => limits.begin(ana)).toThrow(tooMuch(1));
});

test('one that is refused for its rate does not count as running', () => {
  const { clock, limits } = open({ operationsPerMinute: 1, concurrency: 1 });
  limits.begin(ana)();
  expect(() => limits.begin(ana)).toThrow(tooMuch(60));
  clock.advance(60_000);
  expect(() => limits.begin(ana)).not.toThrow();
});

test('no more of a caller stays open at once than may; what is over makes room, once', () => {
  const { limits } = open({ streams: 2, concurrency: 1 });
  const left = limits.follow(ana);
  limits.follow(ana);
  expect(() => limits.follow(ana)).toThrow(tooMuch(5));
  expect(() => limits.follow(ben)).not.toThrow();
  expect(() => limits.begin(ana)).not.toThrow();
  left();
  left();
  limits.follow(ana);
  expect(() => limits.follow(ana)).toThrow(tooMuch(5));
});

test('0 is no limit', () => {
  const { limits } = open({});
  for (let count = 0; count < 10_000; count += 1) {
    limits.begin(ana);
    limits.follow(ana);
  }
  limits.spend(ana, 1e9);
  expect(limits.policiesOf(ana)).toEqual([]);
});

test('what is left is told by policy', () => {
  const { limits } = open({ operationsPerMinute: 6000, costPerMinute: 60 });
  limits.begin(ana);
  limits.spend(ana, 30);
  expect(limits.policiesOf(ana)).toEqual([
    { name: 'operations', perMinute: 6000, remaining: 5999, fullInSeconds: 1 },
    { name: 'cost', perMinute: 60, remaining: 30, fullInSeconds: 30 },
  ]);
});
