import { scrub } from '../../src/telemetry/redact';

const PLANTED = 'planted-5ecret';

describe('free text', () => {
  it.each([
    [`authorization: Bearer ${PLANTED}`, 'authorization: Bearer [redacted]'],
    [`Basic dXNlcjpwYXNzd29yZA== was sent`, 'Basic [redacted] was sent'],
    [`GET https://user:${PLANTED}@host/p?token=${PLANTED} failed`, 'GET https://[redacted] failed'],
    [`see https://${PLANTED}.p18.rt3.io, it is open`, 'see https://[redacted] it is open'],
    [`postgres://u:${PLANTED}@db/links`, 'postgres://[redacted]'],
    [`token=${PLANTED}&x=1`, 'token=[redacted]&x=1'],
    [`{"password":"${PLANTED}"}`, '{"password":[redacted]}'],
    [`api_key: ${PLANTED}; next`, 'api_key: [redacted]; next'],
    ['password: swordfish', 'password: [redacted]'],
    ['got eyJhbGciOi.eyJzdWIiOjF9.c2lnbmF0dXJl back', 'got [redacted] back'],
  ])('%s loses what must not be read', (text, shown) => {
    expect(scrub(text)).toBe(shown);
  });

  it.each([
    'The vendor refused the token: ask for a new one.',
    'Basic authentication is not known here.',
    'A bearer token is needed.',
    'at load (/srv/drawbridge/dist/config/load.js:12:3)',
    'GET /devices/{id} took 12 ms',
  ])('%s stays as it is', (text) => {
    expect(scrub(text)).toBe(text);
  });
});
