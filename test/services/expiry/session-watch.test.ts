import { SCOPES } from '../../../src/domain/principal';
import type { Session } from '../../../src/domain/session';
import type { SessionEvent } from '../../../src/domain/session-event';
import { EventQueue } from '../../../src/services/expiry/event-queue';
import type { Followed, SessionFollower } from '../../../src/services/expiry/session-follower';
import { SessionWatch } from '../../../src/services/expiry/session-watch';
import { ManualClock } from '../../support/manual-clock';
import { at, sessionOf } from '../sessions';

let clock: ManualClock;
let tracked: string[];
let watch: SessionWatch;

beforeEach(() => {
  clock = new ManualClock();
  tracked = [];
  watch = new SessionWatch({
    clock,
    late: () => {},
    tracked: (id, session) => tracked.push(`${session?.status ?? 'over'} ${id}`),
    followed: () => {},
  });
});

/** Somebody who follows, and what it was told so far. */
function follower(followed: Partial<Followed>, marks: readonly number[] = []): SessionFollower {
  const queue = new EventQueue<SessionEvent>({
    merge: (_, newer) => newer,
    closed: () => watch.remove(somebody),
  });
  const somebody: SessionFollower = {
    followed: { sessionIds: [], deviceIds: [], everything: false, ...followed },
    marks,
    queue,
    caller: { principal: { subject: 'ada', scopes: new Set(SCOPES) } },
    isLive: false,
    unfinished: 0,
  };
  watch.add(somebody);
  return somebody;
}

async function told({ queue }: SessionFollower): Promise<readonly string[]> {
  const events: string[] = [];
  while (queue.length > 0) {
    const { value } = await queue.next();
    events.push(`${value.type} ${value.session.status} ${value.secondsRemaining}`);
  }
  return events;
}

const running = sessionOf({ expiresAt: at(100) });

function begin(somebody: SessionFollower, ...sessions: readonly Session[]): void {
  watch.learn(sessions);
  watch.begin(somebody, new Map(sessions.map((session) => [session.id, session])));
}

test('an end that was told is not taken back, whatever the ledger says later', async () => {
  const everyone = follower({ everything: true });
  begin(everyone, running);
  clock.advance(100_000);
  watch.apply(running.id, { ...running, expiresAt: at(5000) });
  watch.apply(running.id, { ...running, status: 'CLOSED' });
  clock.advance(6_000_000);
  expect(await told(everyone)).toEqual(['CURRENT ACTIVE 100', 'EXPIRED EXPIRED 0']);
});

test('states only go forward, and the same state is told once', async () => {
  const everyone = follower({ everything: true });
  begin(everyone);
  const pending = sessionOf({ status: 'PENDING', vendorRef: null });
  const active = sessionOf({ ...pending, status: 'ACTIVE' });
  for (const session of [pending, active, active, pending]) watch.apply(session.id, session);
  expect(await told(everyone)).toEqual(['OPENED ACTIVE 1500']);
  clock.advance(1_500_000);
  watch.apply(active.id, { ...active, status: 'CLOSED' });
  expect(await told(everyone)).toEqual(['EXPIRED EXPIRED 0']);
});

test('a link that a read took for another one ends, and goes on under its own id', async () => {
  const everyone = follower({ everything: true });
  begin(everyone, running);
  watch.apply('rms:session:g-1', { ...running, id: 'rms:session:g-1', createdBy: 'ada' });
  const events: string[] = [];
  while (everyone.queue.length > 0) {
    const { value } = await everyone.queue.next();
    events.push(`${value.type} ${value.session.id}`);
  }
  expect(events).toEqual([`CURRENT ${running.id}`, 'OPENED rms:session:g-1', `CLOSED ${running.id}`]);
});

test('what nobody follows any more is forgotten, with its plans', async () => {
  const one = follower({ sessionIds: [running.id] });
  const other = follower({ deviceIds: [running.deviceId] });
  begin(one, running);
  begin(other, running);
  await one.queue.return();
  expect(watch.size).toBe(1);
  await other.queue.return();
  expect(watch.size).toBe(0);
  expect(clock.waiting).toBe(0);
  expect(tracked).toEqual([`ACTIVE ${running.id}`, `over ${running.id}`]);
});

test('one who follows a link twice is told once', async () => {
  const both = follower({ sessionIds: [running.id], deviceIds: [running.deviceId] }, [50]);
  begin(both, running);
  clock.advance(100_000);
  expect(await told(both)).toEqual(['CURRENT ACTIVE 100', 'EXPIRING ACTIVE 50', 'EXPIRED EXPIRED 0']);
});
