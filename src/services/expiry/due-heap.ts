/** One thing with its instant. */
export interface Due {
  readonly id: string;
  readonly atMs: number;
}

/** Things by when they are due, earliest first, each once: a binary heap that knows where each of them is. */
export class DueHeap {
  readonly #heap: Due[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest; undefined where there is none. */
  peek(): Due | undefined {
    return this.#heap[0];
  }

  /** When a thing is due; undefined where it is not planned. */
  at(id: string): number | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#heap[place]?.atMs;
  }

  /** Plans a thing, or moves it. */
  set(id: string, atMs: number): void {
    const place = this.#places.get(id) ?? this.#heap.length;
    this.#put({ id, atMs }, place);
    this.#sink(this.#rise(place));
  }

  delete(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#places.delete(id);
    const last = this.#heap.pop();
    if (last === undefined || last.id === id) return;
    this.#put(last, place);
    this.#sink(this.#rise(place));
  }

  /** Takes the earliest out, where it is due by an instant. */
  take(byMs: number): Due | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > byMs) return undefined;
    this.delete(first.id);
    return first;
  }

  #put(due: Due, place: number): void {
    this.#heap[place] = due;
    this.#places.set(due.id, place);
  }

  #rise(from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#swapIfEarlier(place, parent)) break;
      place = parent;
    }
    return place;
  }

  #sink(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1;
      const earlier = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(earlier, place)) return;
      place = earlier;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    return one !== undefined && other !== undefined && one.atMs < other.atMs;
  }

  /** Changes places where the lower one is due before the upper one. */
  #swapIfEarlier(lower: number, upper: number): boolean {
    const one = this.#heap[lower];
    const other = this.#heap[upper];
    if (one === undefined || other === undefined || one.atMs >= other.atMs) return false;
    this.#put(one, upper);
    this.#put(other, lower);
    return true;
  }
}
