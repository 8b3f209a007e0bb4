import type { Account } from '../accounts/account';
import type { Remembered } from '../accounts/remembered-devices';
import type { Device } from '../domain/device';
import { asDrawbridgeError, type ErrorCode } from '../domain/errors';
import { settle } from '../domain/outcome';
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

/**
 * What went wrong at an account, as its part of a list's `problems`. `servedFrom`: what stands in the answer instead
 * was true then; left out: nothing does. Rethrows what is no vendor's fault.
 */
export function toProblem(account: Account, thrown: unknown, servedFrom: Date | null = null): AccountProblem {
  const { source, code, message, retryAfterSeconds } = asDrawbridgeError(thrown);
  if (source === undefined) throw thrown;
  return {
    account: account.key,
    vendor: account.vendor,
    code,
    message,
    retryAfterSeconds: retryAfterSeconds ?? null,
    servedFrom,
  };
}

/** That an account's devices are older than was asked for, because its allowance runs low; nothing where they are not. */
function olderProblems(
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

/** What an account answered, or was last known to have; `value` undefined: neither could be had. */
export interface Part<T> {
  readonly value: T | undefined;
  /** Empty where all is well. */
  readonly problems: readonly AccountProblem[];
}

/** How a part of an account's list is had. */
export interface PartRequest<T> {
  readonly account: Account;
  readonly reading: Reading;
  readonly ask: () => Promise<T>;
  /** What the account was last known to have, without asking. */
  readonly remember: () => Promise<Remembered<T> | undefined>;
  readonly devicesIn: (value: T) => readonly Device[];
}

/** Asks an account; where it cannot be read, what it was last known to have stands in, and a problem says since when. */
export async function askOrRemember<T>(request: PartRequest<T>): Promise<Part<T>> {
  const { account, reading, ask, remember, devicesIn } = request;
  const asked = await settle(ask());
  if (asked.ok) {
    return { value: asked.value, problems: olderProblems(account, devicesIn(asked.value), reading) };
  }
  const known = asked.error.source === undefined ? undefined : await remember();
  return { value: known?.value, problems: [toProblem(account, asked.error, known?.servedFrom)] };
}
