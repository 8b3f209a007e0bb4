import type { Prng } from './prng';
import type { LatencySpan } from './vendor-server';

/** What a vendor's simulator is started with. */
export interface VendorStart {
  readonly size: number;
  /** Draws the fleet; nothing else draws from it. */
  readonly fleetPrng: Prng;
  /** Draws what comes up while running: tokens, links, answer times. */
  readonly runPrng: Prng;
  readonly latency: LatencySpan;
  readonly now: () => number;
  readonly host: string;
  readonly port: number;
}
