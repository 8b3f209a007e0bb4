import type { Clock } from '../domain/time';

/** How an account is doing, as far as its last calls told. */
export interface HealthReport {
  readonly healthy: boolean;
  /** What went wrong last, in words for an operator; null while all is well. */
  readonly lastError: string | null;
  readonly lastSuccessAt: Date | null;
}

/** What the log was told once it is told again after this. */
const TOLD_AGAIN_AFTER_MS = 600_000;

/** Keeps book of how an account's calls end. */
export class AccountHealth {
  #lastError: string | null = null;
  #lastSuccessAt: number | null = null;
  readonly #told = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  succeeded(): void {
    this.#lastError = null;
    this.#lastSuccessAt = this.clock.now();
  }

  failed(fault: string): void {
    this.#lastError = fault;
  }

  /** True where something was not told for a while, so that the log does not repeat it with every call. */
  isNews(what: string): boolean {
    const now = this.clock.monotonic();
    const told = this.#told.get(what);
    if (told !== undefined && now - told < TOLD_AGAIN_AFTER_MS) return false;
    this.#told.set(what, now);
    return true;
  }

  report(): HealthReport {
    return {
      healthy: this.#lastError === null,
      lastError: this.#lastError,
      lastSuccessAt: this.#lastSuccessAt === null ? null : new Date(this.#lastSuccessAt),
    };
  }
}
