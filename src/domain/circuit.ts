/**
 * Whether calls to an account are let through. CLOSED: they flow. OPEN: they are refused until the vendor recovers.
 * HALF_OPEN: one is on trial.
 */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';
