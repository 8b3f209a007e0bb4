import type { RemoteAccess } from '../../src/domain/remote-access';
import type { Session, SessionFacts } from '../../src/domain/session';
import { reconcile } from '../../src/services/reconcile';
import { at, factsOf, sessionOf } from './sessions';

const access = {
  id: 'rms:access:1:2',
  localId: '1:2',
  account: 'rms',
  deviceId: 'rms:device:1',
  vendorDeviceId: '1',
  name: 'PLC',
  protocol: 'HTTP',
  host: null,
  port: null,
} as RemoteAccess;

const compare = (
  known: readonly Session[],
  sessions: readonly SessionFacts[],
  observedAt: Date = at(0),
  askedAt: Date = observedAt,
): readonly Session[] =>
  reconcile({
    vendor: 'TELTONIKA_RMS',
    access,
    known,
    listed: { sessions, usableOnly: true, complete: true, observedAt, askedAt },
  });

describe('links that a vendor lists', () => {
  it('change nothing where they are known as they are', () => {
    expect(compare([sessionOf()], [factsOf()])).toEqual([]);
    expect(compare([], [])).toEqual([]);
  });

  it('are new where nobody knew them: made elsewhere, by nobody of this graph', () => {
    expect(compare([], [factsOf()])).toEqual([
      expect.objectContaining({
        id: 'rms:session:1:2:3',
        vendorRef: '1:2:3',
        deviceId: 'rms:device:1',
        remoteAccessId: 'rms:access:1:2',
        status: 'ACTIVE',
        url: 'https://link.example',
        createdAt: at(-300),
        expiresAt: at(1500),
        createdBy: null,
        reason: null,
        observedAt: at(0),
      }),
    ]);
  });

  it('are over from the first where their end has passed, to the instant', () => {
    expect(compare([], [factsOf({ expiresAt: at(0) })])).toMatchObject([{ status: 'EXPIRED' }]);
    expect(compare([], [factsOf({ expiresAt: at(1) })])).toMatchObject([{ status: 'ACTIVE' }]);
    expect(compare([], [factsOf({ expiresAt: null })])).toMatchObject([
      { status: 'ACTIVE', expiresAt: null },
    ]);
  });

  it('are not over because a list leaves them out in which a row could not be read', () => {
    const listed = { sessions: [], usableOnly: true, complete: false, observedAt: at(60), askedAt: at(60) };
    const known = [sessionOf()];
    expect(reconcile({ vendor: 'TELTONIKA_RMS', access, known, listed })).toEqual([]);
    expect(compare(known, [], at(60))).toMatchObject([{ status: 'CLOSED' }]);
  });

  it('are moved where their end was, and keep who asked for them and why', () => {
    const known = sessionOf({ createdBy: 'ada', reason: 'a pump' });
    expect(compare([known], [factsOf({ expiresAt: at(3000) })])).toEqual([
      { ...known, expiresAt: at(3000), observedAt: at(0) },
    ]);
    expect(compare([known], [factsOf({ expiresAt: at(-1) })])).toMatchObject([
      { status: 'EXPIRED', expiresAt: at(-1), createdBy: 'ada' },
    ]);
  });

  it('confirm what was asked for and not yet answered', () => {
    const pending = sessionOf({ status: 'PENDING', url: null });
    expect(compare([pending], [factsOf()])).toMatchObject([
      { status: 'ACTIVE', url: 'https://link.example' },
    ]);
  });

  it('take nothing away by what could not be read', () => {
    expect(compare([sessionOf()], [factsOf({ url: null, createdAt: null, expiresAt: null })])).toEqual([]);
  });

  it.each(['EXPIRED', 'CLOSED', 'FAILED'] as const)('never bring back one that is %s', (status) => {
    const over = sessionOf({ status });
    expect(compare([over], [factsOf({ expiresAt: at(9000) })])).toEqual([]);
    expect(compare([over], [])).toEqual([]);
  });
});

describe('links that a vendor no longer lists', () => {
  it('are closed before their end, and expired behind it', () => {
    expect(compare([sessionOf()], [])).toEqual([{ ...sessionOf(), status: 'CLOSED', observedAt: at(0) }]);
    expect(compare([sessionOf({ expiresAt: at(1) })], [])).toMatchObject([{ status: 'CLOSED' }]);
    expect(compare([sessionOf({ expiresAt: at(0) })], [])).toMatchObject([{ status: 'EXPIRED' }]);
    expect(compare([sessionOf({ expiresAt: null })], [])).toMatchObject([{ status: 'CLOSED' }]);
  });

  it('stand where the list is older than what is known of them', () => {
    expect(compare([sessionOf({ observedAt: at(1) })], [])).toEqual([]);
    expect(compare([sessionOf({ observedAt: at(0) })], [])).toEqual([]);
    const moved = sessionOf({ observedAt: at(1), expiresAt: at(3000) });
    expect(compare([moved], [factsOf()])).toEqual([]);
    // The vendor was asked at 0 and answered at 60: what became known in between may not be in its answer.
    expect(compare([sessionOf({ observedAt: at(1) })], [], at(60), at(0))).toEqual([]);
    expect(compare([moved], [factsOf()], at(60), at(0))).toEqual([]);
  });

  it('stand where the vendor never named them', () => {
    expect(compare([sessionOf({ status: 'PENDING', vendorRef: null })], [])).toEqual([]);
  });

  it('do not touch their neighbours', () => {
    const neighbour = sessionOf({ id: 'rms:session:1:2:4', vendorRef: '1:2:4' });
    const changed = compare(
      [sessionOf(), neighbour],
      [factsOf({ vendorSessionId: '4' }), factsOf({ vendorSessionId: '5' })],
    );
    expect(changed.map(({ id, status }) => [id, status])).toEqual([
      ['rms:session:1:2:5', 'ACTIVE'],
      ['rms:session:1:2:3', 'CLOSED'],
    ]);
  });
});
