/** What is left of a {@link TokenBucket}. */
export interface BucketLevel {
  /** Whole tokens that may be taken now. */
  readonly remaining: number;
  /** Seconds until it is full again, rounded up. */
  readonly fullInSeconds: number;
}

/**
 * A bucket that holds what may be spent in a minute, is full at first and fills up evenly. Time is handed in, in
 * milliseconds of a clock that never goes back.
 */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(
    private readonly perMinute: number,
    nowMs: number,
  ) {
    this.#tokens = perMinute;
    this.#at = nowMs;
  }

  /**
   * Takes tokens, and answers 0; or takes none, and answers after how many seconds there will be enough. More than a
   * full bucket holds is given once it is full, so that nothing is refused for ever.
   */
  take(count: number, nowMs: number): number {
    this.#fill(nowMs);
    const needed = Math.min(count, this.perMinute);
    if (this.#tokens >= needed) {
      this.#tokens = Math.max(0, this.#tokens - count);
      return 0;
    }
    return this.#secondsFor(needed - this.#tokens);
  }

  level(nowMs: number): BucketLevel {
    this.#fill(nowMs);
    return {
      remaining: Math.floor(this.#tokens),
      fullInSeconds: this.#secondsFor(this.perMinute - this.#tokens),
    };
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.perMinute, this.#tokens + ((nowMs - this.#at) / 60_000) * this.perMinute);
    this.#at = nowMs;
  }

  #secondsFor(tokens: number): number {
    return Math.ceil((tokens / this.perMinute) * 60);
  }
}
