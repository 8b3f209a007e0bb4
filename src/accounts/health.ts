import type { Clock } from '../domain/time';

/** How an account is doing, as far as its last calls told. */
export interface HealthReport {
  readonly healthy: boolean;
  /** What went wrong last, in words for an operator; null while all is well. */
  readonly lastError: string | null;
  readonly lastSuccessAt: Date | null;
}

/** Keeps book of how an account's calls end. */
export class AccountHealth {
  #lastError: string | null = null;
  #lastSuccessAt: number | null = null;

  constructor(private readonly clock: Clock) {}

  succeeded(): void {
    this.#lastError = null;
    this.#lastSuccessAt = this.clock.now();
  }

  failed(fault: string): void {
    this.#lastError = fault;
  }

  report(): HealthReport {
    return {
      healthy: this.#lastError === null,
      lastError: this.#lastError,
      lastSuccessAt: this.#lastSuccessAt === null ? null : new Date(this.#lastSuccessAt),
    };
  }
}
