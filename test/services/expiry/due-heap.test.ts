import fc from 'fast-check';
import { DueHeap } from '../../../src/services/expiry/due-heap';

test('things come out in the order of their instants, as a sorted list would have them, however they were moved', () => {
  const command = fc.record({
    id: fc.integer({ min: 0, max: 30 }).map(String),
    at: fc.option(fc.integer({ min: 0, max: 100 })),
    take: fc.option(fc.integer({ min: 0, max: 100 })),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const heap = new DueHeap();
      const plain = new Map<string, number>();
      for (const { id, at, take } of commands) {
        if (at === null) {
          heap.delete(id);
          plain.delete(id);
        } else {
          heap.set(id, at);
          plain.set(id, at);
        }
        if (take !== null) {
          const first = Math.min(...plain.values());
          const due = heap.take(take);
          expect(due?.atMs).toBe(first <= take ? first : undefined);
          if (due !== undefined) {
            expect(plain.get(due.id)).toBe(due.atMs);
            plain.delete(due.id);
          }
        }
        expect(heap.size).toBe(plain.size);
        expect(heap.peek()?.atMs ?? Number.POSITIVE_INFINITY).toBe(Math.min(...plain.values()));
        expect(heap.at(id)).toBe(plain.get(id));
      }
    }),
  );
});
