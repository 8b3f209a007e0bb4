import type { Account } from '../../accounts/account';
import { type Principal, SCOPES } from '../../domain/principal';
import type { Reading } from '../../domain/reading';
import type { Clock } from '../../domain/time';
import { ITSELF } from '../link-book';
import type { PollerTools } from './poller';

/** What is polled. */
export type PollKind = 'sessions' | 'vpn' | 'devices';

/** What the polls of one account are made with. */
export interface AccountPollTools extends PollerTools {
  readonly account: Account;
  /** Told of each look, whether it cost a call or not. */
  readonly looked: (kind: PollKind) => void;
}

/** The graph itself, as a reader. */
export const OWN: Principal = { subject: ITSELF, scopes: new Set(SCOPES) };

/** Under what everything of an account is looked at together. */
export const ALL = '*';

/** The reading of a poll: what somebody else asked not long ago is not asked again. */
export function pollReading(clock: Clock, maxAgeMs: number): Reading {
  return { startedAt: clock.monotonic(), maxAgeMs, mayBeFresher: true, purpose: 'poll' };
}
