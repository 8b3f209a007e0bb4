/** Where the time comes from; injected everywhere, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970, UTC: for instants that are shown or kept. */
  now(): number;
  /** Milliseconds on a clock that never jumps: for measuring how long something took or how old it is. */
  monotonic(): number;
  /** Calls back once after a time, unless the returned function was called before. */
  schedule(afterMs: number, callback: () => void): () => void;
}
