/**
 * The vendors that the graph knows. A vendor is a product; an account is one set of credentials at it.
 * The registry in `vendors/index.ts` has one line for each name here; the compiler holds the two together.
 */
export const VENDORS = ['TELTONIKA_RMS', 'REMOTE_IT', 'EVERYWARE'] as const;

/** The name of one vendor, as the graph shows it. */
export type Vendor = (typeof VENDORS)[number];
