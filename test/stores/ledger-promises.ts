import fc from 'fast-check';

import { mayBecome, SESSION_STATUSES } from '../../src/domain/session';
import type { StoreUnderTest } from '../conformance/store';
import { PlainLedger } from './plain-ledger';
import { aBareSession, anySession, aSession, NOW } from './sessions';

const ALL = { nowMs: NOW };

/** What a ledger of links guarantees of single sessions. */
export function itKeepsALedger(under: () => StoreUnderTest): void {
  test('every field comes back as it was written', async () => {
    const { sessions } = await under().empty();
    const written = [aSession('full'), aBareSession('bare')];
    await sessions.save(written);
    const read = await sessions.get(written.map(({ id }) => id));
    expect([...read.values()]).toEqual(expect.arrayContaining(written));
    expect(read.size).toBe(2);
  });

  test('any sessions come back as they were last written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anySession, { maxLength: 6 }), { maxLength: 5 }),
        async (batches) => {
          const { sessions } = await under().empty();
          const plain = new PlainLedger();
          for (const batch of batches) {
            await sessions.save(batch);
            plain.save(batch);
          }
          const read = await sessions.list(ALL, 100);
          expect(read.sessions).toEqual(plain.list(ALL));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('an unknown id is missing, and does not hide its neighbours', async () => {
    const { sessions } = await under().empty();
    await sessions.save([aSession('known')]);
    const read = await sessions.get(['rms:session:unknown', 'rms:session:known', 'rms:session:known']);
    expect([...read.keys()]).toEqual(['rms:session:known']);
    expect(await sessions.get([])).toEqual(new Map());
  });

  test('more sessions than one statement holds are written and read', async () => {
    const { sessions } = await under().empty();
    const many = Array.from({ length: 1201 }, (_, n) => aSession(`${n}`, { deviceId: `rms:device:${n}` }));
    await sessions.save(many);
    expect((await sessions.get(many.map(({ id }) => id))).size).toBe(1201);
    const deviceIds = many.map(({ deviceId }) => deviceId);
    expect((await sessions.byDevices(deviceIds)).size).toBe(1201);
    expect(await sessions.count({ ...ALL, deviceIds: [...deviceIds, ...deviceIds] })).toBe(1201);
    const all = await sessions.list(ALL, 700);
    expect(await sessions.list({ ...ALL, deviceIds }, 700)).toEqual(all);
  });

  test('sessions are found by device and by remote access, newest first', async () => {
    const { sessions } = await under().empty();
    const older = aSession('older', { createdAt: new Date(NOW - 2) });
    const newer = aSession('newer', { createdAt: new Date(NOW - 1) });
    const other = aSession('other', { deviceId: 'rms:device:2', remoteAccessId: null });
    await sessions.save([older, newer, other]);
    const devices = await sessions.byDevices([older.deviceId, 'rms:device:2', 'rms:device:3']);
    expect(devices).toEqual(
      new Map([
        [older.deviceId, [newer, older]],
        ['rms:device:2', [other]],
      ]),
    );
    const accesses = await sessions.byRemoteAccesses(['rms:access:900', 'rms:access:901']);
    expect(accesses).toEqual(new Map([['rms:access:900', [newer, older]]]));
  });

  test.each(SESSION_STATUSES)('from %s a status only goes forward', async (from) => {
    const { sessions } = await under().empty();
    for (const to of SESSION_STATUSES) {
      const expected = mayBecome(from, to) ? to : from;
      await sessions.save([aSession(to, { status: from })]);
      await sessions.save([aSession(to, { status: to, reason: 'later' })]);
      await sessions.save(
        [from, to].map((status, n) => aSession(`at-once-${to}`, { status, reason: `${n}` })),
      );
      const read = await sessions.get([`rms:session:${to}`, `rms:session:at-once-${to}`]);
      expect([...read.values()].map(({ status }) => status)).toEqual([expected, expected]);
      expect([...read.values()].map(({ reason }) => reason).sort()).toEqual(['1', 'later']);
    }
  });

  test('sessions are written all or none', async () => {
    const { sessions } = await under().empty();
    await sessions.save([aSession('first')]);
    const thief = aSession('thief', { vendorRef: 'ref-first' });
    await expect(sessions.save([aSession('second'), thief])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/vendor reference/),
    });
    expect(await sessions.count(ALL)).toBe(1);
    await sessions.save([]);
    await sessions.save([aSession('second')]);
    expect(await sessions.count(ALL)).toBe(2);
  });

  test('a character that a database cannot keep is replaced', async () => {
    const { sessions } = await under().empty();
    await sessions.save([aSession('nul', { reason: 'a\0b', createdBy: '\0' })]);
    expect((await sessions.list({ ...ALL, createdBy: ['\0'] }, 1)).sessions).toMatchObject([
      { reason: 'a\ufffdb', createdBy: '\ufffd' },
    ]);
  });
}
