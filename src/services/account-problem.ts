import type { Account } from '../accounts/account';
import type { Device } from '../domain/device';
import { asDrawbridgeError, type ErrorCode } from '../domain/errors';
import type { Reading } from '../domain/reading';
import type { Vendor } from '../domain/vendor';

/** One account whose part of an answer is missing, or older than was asked for. */
export interface AccountProblem {
  readonly account: string;
  readonly vendor: Vendor;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  /** When what stands in the answer was true; null where the account's part is left out. */
  readonly servedFrom: Date | null;
}

/** What went wrong at an account, as its part of a list's `problems`. Rethrows what is no vendor's fault. */
export function toProblem(account: Account, thrown: unknown): AccountProblem {
  const { source, code, message, retryAfterSeconds } = asDrawbridgeError(thrown);
  if (source === undefined) throw thrown;
  return {
    account: account.key,
    vendor: account.vendor,
    code,
    message,
    retryAfterSeconds: retryAfterSeconds ?? null,
    servedFrom: null,
  };
}

/** That an account's devices are older than was asked for, because its allowance runs low; nothing where they are not. */
export function olderProblems(
  account: Account,
  devices: readonly Device[],
  reading: Reading,
): readonly AccountProblem[] {
  const older = account.servedOlder(devices, reading);
  if (older === undefined) return [];
  return [
    {
      account: account.key,
      vendor: account.vendor,
      code: 'VENDOR_QUOTA_EXHAUSTED',
      message:
        "The account's allowance of vendor calls runs low: its devices are told as they were a while ago.",
      retryAfterSeconds: older.easesInSeconds,
      servedFrom: older.servedFrom,
    },
  ];
}
