import type { Clock } from '../domain/time';

/** Something that stays open and is looked at again and again. */
export interface Beating {
  /** Looks whether the other side is still there, and tells it that this one is. */
  beat(): void;
}

const BEAT_SECONDS = 20;

/**
 * Looks at everything that stays open once in 20 s, by one timer for all, a twentieth of them each second: so that
 * many are never looked at in one go, and proxies that end silent connections after half a minute leave them alone.
 */
export class Heartbeat {
  readonly #turns = Array.from({ length: BEAT_SECONDS }, () => new Set<Beating>());
  #members = 0;
  #turn = 0;
  #nextTurn = 0;
  #cancel: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Takes something in; it leaves by the function that is returned, which may be called twice. */
  add(member: Beating): () => void {
    this.#nextTurn = (this.#nextTurn + 1) % BEAT_SECONDS;
    const turn = this.#turns[this.#nextTurn];
    turn?.add(member);
    this.#members += 1;
    if (this.#cancel === undefined) this.#schedule();
    return () => {
      if (turn?.delete(member) !== true) return;
      this.#members -= 1;
      if (this.#members > 0) return;
      this.#cancel?.();
      this.#cancel = undefined;
    };
  }

  #schedule(): void {
    this.#cancel = this.clock.schedule(1000, () => {
      this.#cancel = undefined;
      this.#turn = (this.#turn + 1) % BEAT_SECONDS;
      // What leaves meanwhile is left out, for a set that is walked through knows.
      for (const member of this.#turns[this.#turn] ?? []) member.beat();
      if (this.#members > 0 && this.#cancel === undefined) this.#schedule();
    });
  }
}
