import type { ErrorCode } from '../domain/errors';
import type { Clock } from '../domain/time';

/** How an account is doing, as far as its last calls told. */
export interface HealthReport {
  readonly healthy: boolean;
  /** What went wrong last, in words for an operator; null while all is well. */
  readonly lastError: string | null;
  readonly lastSuccessAt: Date | null;
}

/** Errors that speak of a request and not of the account. */
const NOT_THE_ACCOUNT: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'DEVICE_OFFLINE', 'VENDOR_REJECTED']);

/** Keeps book of how an account's calls end. */
export class AccountHealth {
  #lastError: string | null = null;
  #lastSuccessAt: number | null = null;

  constructor(private readonly clock: Clock) {}

  succeeded(): void {
    this.#lastError = null;
    this.#lastSuccessAt = this.clock.now();
  }

  failed(code: ErrorCode, message: string): void {
    if (!NOT_THE_ACCOUNT.has(code)) this.#lastError = `${code}: ${message}`;
  }

  report(): HealthReport {
    return {
      healthy: this.#lastError === null,
      lastError: this.#lastError,
      lastSuccessAt: this.#lastSuccessAt === null ? null : new Date(this.#lastSuccessAt),
    };
  }
}
