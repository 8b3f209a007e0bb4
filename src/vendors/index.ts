import type { Vendor } from '../domain/vendor';
import type { VendorModule } from './driver';
import { everyware } from './everyware/index';
import { remoteit } from './remoteit/index';
import { rms } from './rms/index';

/** Every vendor that the house knows: one line each. The compiler holds it to the list in domain/vendor.ts. */
export const vendors = {
  TELTONIKA_RMS: rms,
  REMOTE_IT: remoteit,
  EVERYWARE: everyware,
} as const satisfies Record<Vendor, VendorModule>;
