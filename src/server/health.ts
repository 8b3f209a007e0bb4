import type { CircuitState } from '../domain/circuit';

/** An account whose vendor is in trouble. */
export interface DegradedAccount {
  readonly account: string;
  /** What went wrong last; null where it is known only that calls are held back. */
  readonly lastError: string | null;
  readonly circuit: CircuitState;
}

/** What readiness is judged by. */
export interface HealthSources {
  /** Where the service is in its life. */
  readonly phase: () => 'starting' | 'serving' | 'draining';
  /** Resolves where the store can be read and written. */
  readonly pingStore: () => Promise<void>;
  /** Accounts whose vendor is in trouble. */
  readonly degraded: () => readonly DegradedAccount[];
}

/** An answer of the readiness check. */
export interface Readiness {
  readonly status: 200 | 503;
  readonly body: {
    readonly ready: boolean;
    readonly phase: string;
    readonly store: 'ok' | 'unavailable';
    readonly degraded: readonly DegradedAccount[];
  };
}

/** Ready: serving, with its store. A vendor in trouble is named, and takes no readiness away. */
export async function readiness({ phase, pingStore, degraded }: HealthSources): Promise<Readiness> {
  const store = await pingStore().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  const ready = phase() === 'serving' && store === 'ok';
  return { status: ready ? 200 : 503, body: { ready, phase: phase(), store, degraded: degraded() } };
}
