import { ExpiryClock } from '../../../src/services/expiry/expiry-clock';
import { ManualClock, START } from '../../support/manual-clock';

let clock: ManualClock;
let fired: string[];
let expiry: ExpiryClock;

beforeEach(() => {
  clock = new ManualClock();
  fired = [];
  expiry = new ExpiryClock(clock, ({ id, atMs }) => {
    fired.push(`${id} ${clock.now() - atMs}`);
  });
});

const HOUR = 3_600_000;

test('any number of things need one timer, and nothing planned needs none', () => {
  for (let number = 0; number < 1000; number += 1) expiry.plan(`${number}`, START + HOUR + number);
  expect(clock.waiting).toBe(1);
  clock.advance(HOUR + 999);
  expect(fired).toHaveLength(1000);
  expect(new Set(fired.map((line) => line.split(' ')[1]))).toEqual(new Set(['0']));
  expect(clock.waiting).toBe(0);
});

test('what is moved is due at its new instant, and what is forgotten never', () => {
  expiry.plan('moved', START + 1000);
  expiry.plan('moved', START + 5000);
  expiry.plan('sooner', START + 9000);
  expiry.plan('sooner', START + 20);
  expiry.plan('gone', START + 1000);
  expiry.forget('gone');
  clock.advance(10_000);
  expect(fired).toEqual(['sooner 0', 'moved 0']);
});

test('a wall clock that is put forward is noticed within 250 ms', () => {
  expiry.plan('end', START + HOUR);
  clock.advance(1000);
  clock.jump(HOUR);
  clock.advance(250);
  expect(fired).toHaveLength(1);
});

test('a wall clock that is put back makes the end as much later, and nothing is due twice', () => {
  expiry.plan('end', START + 10_000);
  expiry.plan('early', START + 5000);
  clock.advance(6000);
  clock.jump(-HOUR);
  clock.advance(4000);
  expect(fired).toEqual(['early 0']);
  clock.advance(HOUR);
  expect(fired).toEqual(['early 0', 'end 0']);
});

test('what is due already is told at once', () => {
  expiry.plan('late', START - 5);
  expect(fired).toEqual([]);
  clock.advance(0);
  expect(fired).toEqual(['late 5']);
});
