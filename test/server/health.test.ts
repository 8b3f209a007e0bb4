import { type HealthSources, readiness } from '../../src/server/health';

const WELL: HealthSources = { phase: () => 'serving', pingStore: async () => {}, degraded: () => [] };

test('a service that serves, with its store, is ready', async () => {
  expect(await readiness(WELL)).toEqual({
    status: 200,
    body: { ready: true, phase: 'serving', store: 'ok', degraded: [] },
  });
});

test.each(['starting', 'draining'] as const)('a service that is %s is not ready', async (phase) => {
  expect(await readiness({ ...WELL, phase: () => phase })).toMatchObject({
    status: 503,
    body: { ready: false, phase, store: 'ok' },
  });
});

test('a service without its store is not ready, and does not tell why its store fails', async () => {
  const pingStore = () => Promise.reject(new Error('postgres://user:planted-secret@db'));
  const { status, body } = await readiness({ ...WELL, pingStore });
  expect([status, body.ready, body.store]).toEqual([503, false, 'unavailable']);
  expect(JSON.stringify(body)).not.toContain('planted-secret');
});

test('a vendor in trouble is named, and takes no readiness away', async () => {
  const lastError = 'GET /devices was answered with status 500';
  const degraded = [{ account: 'rms', lastError, circuit: 'OPEN' as const }];
  expect(await readiness({ ...WELL, degraded: () => degraded })).toMatchObject({
    status: 200,
    body: { ready: true, degraded },
  });
});
