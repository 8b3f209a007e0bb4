import { createHash, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, type KeyLike, SignJWT } from 'jose';
import { type Principal, SCOPES } from '../../src/domain/principal';
import { createAuthenticate, type TokenHolder } from '../../src/server/authenticate';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'drawbridge';

const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' });

function holder(token: string, caller: Principal): TokenHolder {
  return { ...caller, sha256: createHash('sha256').update(token).digest() };
}

describe('where everyone is let in', () => {
  test.each([undefined, '', 'Bearer whatever'])(
    'a caller with %p is anonymous with every scope',
    async (header) => {
      const authenticate = createAuthenticate({ everyone: true, holders: () => [] });
      expect(await authenticate(header)).toEqual({
        subject: 'anonymous',
        scopes: new Set(SCOPES),
      });
    },
  );
});

describe('a list of tokens', () => {
  const LONG = 'x'.repeat(8192);
  const authenticate = createAuthenticate({
    everyone: false,
    holders: () => [
      holder('first', { subject: 'dashboard', scopes: new Set(['devices:read']) }),
      holder(LONG, { subject: 'long', scopes: new Set() }),
      holder('second', { subject: 'lab', scopes: new Set(), accounts: new Set(['lab']) }),
    ],
  });

  test('each token stands for its own caller', async () => {
    expect(await authenticate('Bearer first')).toMatchObject({ subject: 'dashboard' });
    expect(await authenticate('Bearer second')).toMatchObject({ subject: 'lab', accounts: new Set(['lab']) });
  });

  test('the scheme may be written in any case, with blanks behind it', async () => {
    expect(await authenticate('bearer   first ')).toMatchObject({ subject: 'dashboard' });
  });

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['a scheme alone', 'Bearer '],
    ['another scheme', 'Basic first'],
    ['a token alone', 'first'],
    ['a token that is longer', 'Bearer first1'],
    ['a token in another case', 'Bearer FIRST'],
    ['a token that is longer than any is', `Bearer ${LONG}`],
    ['two tokens', 'Bearer first second'],
    ['the hash in place of the token', `Bearer ${createHash('sha256').update('first').digest('hex')}`],
  ])('%s is UNAUTHENTICATED', async (_, header) => {
    await expect(authenticate(header)).rejects.toEqual(UNAUTHENTICATED);
  });

  test('what went wrong is told without the token', async () => {
    await expect(authenticate('Bearer planted-secret')).rejects.toEqual(
      expect.objectContaining({ message: expect.not.stringContaining('planted-secret') }),
    );
  });
});

describe('JWTs of an issuer', () => {
  let server: Server;
  let url: string;
  let privateKey: KeyLike;
  let publicKey: KeyLike;
  /** What the issuer answers when it is asked for its keys. */
  let answer: { status: number; body: string };
  let asked: number;

  beforeAll(async () => {
    ({ privateKey, publicKey } = await generateKeyPair('ES256'));
    server = createServer((_, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });

  beforeEach(async () => {
    asked = 0;
    const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    answer = { status: 200, body: JSON.stringify({ keys: [key] }) };
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (tokens: readonly TokenHolder[] = []) =>
    createAuthenticate({
      everyone: false,
      holders: () => tokens,
      jwks: { url, issuer: ISSUER, audience: AUDIENCE },
    });

  interface Signing {
    readonly key?: KeyLike | Uint8Array | KeyObject;
    readonly alg?: string;
    readonly kid?: string;
    readonly claims?: JWTPayload;
  }

  const sign = ({
    key = privateKey,
    alg = 'ES256',
    kid = 'one',
    claims = {},
  }: Signing = {}): Promise<string> =>
    new SignJWT({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'ana',
      exp: Math.floor(Date.now() / 1000) + 600,
      ...claims,
    })
      .setProtectedHeader({ alg, kid })
      .sign(key);

  const caller = async (claims: JWTPayload) => open()(`Bearer ${await sign({ claims })}`);

  test('a token that is signed, meant for this service and not over lets its subject in', async () => {
    expect(await caller({})).toEqual({ subject: 'ana', scopes: new Set(), expiresAt: expect.any(Date) });
  });

  test('the keys are fetched once for many tokens', async () => {
    const authenticate = open();
    await authenticate(`Bearer ${await sign()}`);
    await authenticate(`Bearer ${await sign({ claims: { sub: 'ben' } })}`);
    expect(asked).toBe(1);
  });

  test('a token of the list is let in without asking the issuer', async () => {
    const authenticate = open([holder('listed', { subject: 'dashboard', scopes: new Set() })]);
    expect(await authenticate('Bearer listed')).toMatchObject({ subject: 'dashboard' });
    expect(asked).toBe(0);
  });

  test('a token that ends later than any instant ends at the last one', async () => {
    const { expiresAt } = await caller({ exp: Number.MAX_SAFE_INTEGER });
    expect(expiresAt?.getTime()).toBe(8.64e15);
  });

  test.each<[string, JWTPayload, readonly string[]]>([
    ['scope, a text', { scope: 'devices:read links:use' }, ['devices:read', 'links:use']],
    ['scp, a list', { scp: ['vpn:read'] }, ['vpn:read']],
    ['scp, a text', { scp: 'vpn:read vpn:write' }, ['vpn:read', 'vpn:write']],
    ['scope before scp', { scope: 'devices:read', scp: ['vpn:write'] }, ['devices:read']],
    ['neither', {}, []],
    ['scopes of others', { scope: 'openid devices:read admin devices:read:all' }, ['devices:read']],
    ['something else than words', { scp: { 'vpn:write': true } }, []],
  ])('scopes come from %s', async (_, claims, scopes) => {
    expect((await caller(claims)).scopes).toEqual(new Set(scopes));
  });

  test.each<[string, JWTPayload, ReadonlySet<string> | undefined]>([
    ['a list names them', { drawbridge_accounts: ['rms', 'lab'] }, new Set(['rms', 'lab'])],
    ['left out, all of them', {}, undefined],
    ['an empty list, none', { drawbridge_accounts: [] }, new Set()],
    ['what cannot be read, none', { drawbridge_accounts: 'rms' }, new Set()],
  ])('accounts come from drawbridge_accounts: %s', async (_, claims, accounts) => {
    expect((await caller(claims)).accounts).toEqual(accounts);
  });

  test.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://other.example.com/' }],
    ['for another audience', { aud: 'something-else' }],
    ['that is over', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['that does not hold yet', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ['without a subject', { sub: '' }],
    ['whose subject is a number', { sub: 5 as never }],
    ['whose subject is an object', { sub: { name: 'ana' } as never }],
    ['whose subject is too long', { sub: 'a'.repeat(256) }],
    ['whose subject breaks a line', { sub: 'ana\r\nben' }],
  ])('a token %s is UNAUTHENTICATED', async (_, claims) => {
    await expect(caller(claims)).rejects.toEqual(UNAUTHENTICATED);
  });

  test('a token that is not signed is UNAUTHENTICATED', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, claims] = (await sign()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const token = `${part({ alg, kid: 'one' })}.${claims}.`;
      await expect(open()(`Bearer ${token}`)).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  test('a token that is signed with the public key as a shared secret is UNAUTHENTICATED', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const token = await sign({ key: secret, alg: 'HS256' });
    await expect(open()(`Bearer ${token}`)).rejects.toEqual(UNAUTHENTICATED);
  });

  test('a token by an algorithm that is not listed is UNAUTHENTICATED, also with a key of the issuer', async () => {
    const pair = await generateKeyPair('ES256K');
    const key = { ...(await exportJWK(pair.publicKey)), kid: 'one', use: 'sig' };
    answer = { status: 200, body: JSON.stringify({ keys: [key] }) };
    const token = await sign({ key: pair.privateKey, alg: 'ES256K' });
    await expect(open()(`Bearer ${token}`)).rejects.toEqual(UNAUTHENTICATED);
  });

  test('a token of a key that the issuer does not have is UNAUTHENTICATED', async () => {
    const { privateKey: other } = await generateKeyPair('ES256');
    for (const kid of ['one', 'two']) {
      const token = await sign({ key: other, kid });
      await expect(open()(`Bearer ${token}`)).rejects.toEqual(UNAUTHENTICATED);
    }
  });

  test('a token with another payload under its signature is UNAUTHENTICATED', async () => {
    const [header, , signature] = (await sign()).split('.');
    const [, payload] = (await sign({ claims: { sub: 'root' } })).split('.');
    await expect(open()(`Bearer ${header}.${payload}.${signature}`)).rejects.toEqual(UNAUTHENTICATED);
  });

  test.each([
    ['is out of order', { status: 500, body: '{}' }],
    ['answers garbage', { status: 200, body: '<html>' }],
    ['answers something else', { status: 200, body: '{"keys": 1}' }],
  ])('where the issuer %s, the token is not called wrong: the caller may try again', async (_, broken) => {
    answer = broken;
    await expect(open()(`Bearer ${await sign()}`)).rejects.toEqual(
      expect.objectContaining({ code: 'UNAUTHENTICATED', retryable: true }),
    );
  });

  test('once the issuer answers again, the same token is let in', async () => {
    const authenticate = open();
    const { body } = answer;
    answer = { status: 503, body: '' };
    const token = `Bearer ${await sign()}`;
    await expect(authenticate(token)).rejects.toEqual(UNAUTHENTICATED);
    answer = { status: 200, body };
    expect(await authenticate(token)).toMatchObject({ subject: 'ana' });
  });

  test('a key that the issuer has since then is fetched, one that it no longer has is not taken for long', async () => {
    const now = jest.spyOn(Date, 'now');
    const start = Date.now();
    now.mockImplementation(() => start);
    const authenticate = open();
    const old = `Bearer ${await sign({ claims: { exp: start / 1000 + 7200 } })}`;
    expect(await authenticate(old)).toMatchObject({ subject: 'ana' });
    const next = await generateKeyPair('ES256');
    const key = { ...(await exportJWK(next.publicKey)), kid: 'two', alg: 'ES256', use: 'sig' };
    answer = { status: 200, body: JSON.stringify({ keys: [key] }) };
    now.mockImplementation(() => start + 60_000);
    const signed = `Bearer ${await sign({ key: next.privateKey, kid: 'two', claims: { sub: 'ben' } })}`;
    expect(await authenticate(signed)).toMatchObject({ subject: 'ben' });
    now.mockImplementation(() => start + 3_600_000);
    await expect(authenticate(old)).rejects.toEqual(UNAUTHENTICATED);
    now.mockRestore();
  });

  test('clocks may differ by five seconds', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    expect(await caller({ exp: seconds - 3, nbf: seconds + 3 })).toMatchObject({ subject: 'ana' });
  });

  test('a token without an end is UNAUTHENTICATED; of the others the end is told', async () => {
    await expect(caller({ exp: undefined as never })).rejects.toEqual(UNAUTHENTICATED);
    const exp = Math.floor(Date.now() / 1000) + 600;
    expect(await caller({ exp })).toMatchObject({ expiresAt: new Date(exp * 1000) });
  });

  test('a header that no token is as long as is not even looked at', async () => {
    await expect(open()(`Bearer ${'a'.repeat(100_000)}`)).rejects.toEqual(UNAUTHENTICATED);
    expect(asked).toBe(0);
  });
});
