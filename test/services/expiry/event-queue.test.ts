import { DrawbridgeError } from '../../../src/domain/errors';
import { EventQueue } from '../../../src/services/expiry/event-queue';

const closed = jest.fn();

function open(): EventQueue<number> {
  closed.mockClear();
  return new EventQueue<number>({ merge: (_, newer) => newer, closed });
}

async function read(queue: EventQueue<number>): Promise<number[]> {
  const values: number[] = [];
  for await (const value of queue) values.push(value);
  return values;
}

test('events come in order, to whoever waits and to whoever comes later', async () => {
  const queue = open();
  const first = queue.next();
  queue.push('a', 1);
  queue.push('b', 2);
  queue.push('c', 3);
  queue.end();
  expect(await first).toEqual({ done: false, value: 1 });
  expect(await read(queue)).toEqual([2, 3]);
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a slow reader gets the newest of each slot, in the order of the newest', async () => {
  const queue = open();
  for (let value = 0; value < 100_000; value += 1) queue.push(`${value % 10}`, value);
  expect(queue.length).toBe(10);
  queue.end();
  expect(await read(queue)).toEqual(Array.from({ length: 10 }, (_, index) => 99_990 + index));
});

test('what two events of a slot make together may be nothing', async () => {
  const queue = new EventQueue<number>({ merge: (a, b) => (a + b === 0 ? undefined : a + b), closed });
  queue.push('a', 1);
  queue.push('a', -1);
  queue.push('b', 2);
  queue.end();
  expect(await read(queue)).toEqual([2]);
});

test('a reader that left is told nothing, and only once that it left', async () => {
  const queue = open();
  const waiting = queue.next();
  await queue.return();
  await queue.return();
  queue.push('a', 1);
  expect(await waiting).toMatchObject({ done: true });
  expect(await queue.next()).toMatchObject({ done: true });
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a failure reaches the reader once, in place of what waits', async () => {
  const error = new DrawbridgeError('FORBIDDEN', 'no more');
  for (const isWaiting of [true, false]) {
    const queue = open();
    const waiting = isWaiting ? queue.next() : undefined;
    if (!isWaiting) queue.push('a', 1);
    queue.fail(error);
    await expect(waiting ?? queue.next()).rejects.toBe(error);
    expect(await queue.next()).toMatchObject({ done: true });
    expect(closed).toHaveBeenCalledTimes(1);
  }
});

test('one that is so far behind that it would fill the memory begins anew', async () => {
  const queue = open();
  for (let value = 0; value < 250_000; value += 1) queue.push(`${value}`, value);
  expect(queue.length).toBe(0);
  await expect(queue.next()).rejects.toMatchObject({ code: 'OPERATION_TOO_EXPENSIVE' });
});
