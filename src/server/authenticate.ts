import { createHash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { DrawbridgeError } from '../domain/errors';
import { type Principal, SCOPES, type Scope } from '../domain/principal';

/** A caller that a bearer token stands for. */
export interface TokenHolder extends Principal {
  /** The 32 bytes of the SHA-256 of the token. */
  readonly sha256: Buffer;
}

/** Who is let in. */
export interface AuthenticatorOptions {
  /** True: everyone is, as `anonymous` with every scope. */
  readonly everyone: boolean;
  /** Those who hold a token, as of now. */
  readonly holders: () => readonly TokenHolder[];
  readonly jwks?: { readonly url: string; readonly issuer: string; readonly audience: string };
}

/** The caller behind the value of an `authorization` header. Throws UNAUTHENTICATED. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal>;

/** Signatures that are taken; never `none`, never a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** How far the issuer's clock may be off. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** A header that is longer holds no token; most are far shorter. */
const LONGEST_HEADER = 8192;

/** A subject: 1 to 255 characters (OpenID Connect Core 1.0, section 2), which a line of the log can hold. */
const SUBJECT = /^\P{Cc}{1,255}$/u;

/** The last instant that a Date can be. */
const LAST_INSTANT_MS = 8.64e15;

/** What goes wrong where the issuer's keys cannot be had: that says nothing of the token. */
const ISSUER_FAULTS: ReadonlySet<string> = new Set([
  errors.JOSEError.code,
  errors.JWKSInvalid.code,
  errors.JWKSTimeout.code,
]);

/** Everyone where nobody has to say who they are. */
export const ANONYMOUS: Principal = { subject: 'anonymous', scopes: new Set(SCOPES) };

/** Makes the check that every way in goes through. */
export function createAuthenticate({ everyone, holders, jwks }: AuthenticatorOptions): Authenticate {
  if (everyone) return async () => ANONYMOUS;
  const verify = jwks === undefined ? undefined : verifier(jwks);
  return async (authorization = '') => {
    const header = authorization.length > LONGEST_HEADER ? '' : authorization;
    const [, token] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
    if (token === undefined) throw unauthenticated('Send the header "authorization: Bearer <token>".');
    const caller = findHolder(holders(), token) ?? (await verify?.(token));
    if (caller === undefined) throw unauthenticated('The token is not known, or no longer valid.');
    return caller;
  };
}

/** A caller that was let in by its token, as the list has it now; undefined: it is not on it any more. */
export function callerNow(principal: Principal, holders: readonly TokenHolder[]): Principal | undefined {
  if (!isHolder(principal)) return principal;
  return holders.find(({ sha256 }) => sha256.equals(principal.sha256));
}

function isHolder(principal: Principal): principal is TokenHolder {
  return 'sha256' in principal;
}

/** Every token is compared, each in constant time: how long it takes tells nothing. */
function findHolder(tokens: readonly TokenHolder[], token: string): Principal | undefined {
  const sha256 = createHash('sha256').update(token).digest();
  let found: Principal | undefined;
  for (const holder of tokens) if (timingSafeEqual(holder.sha256, sha256)) found = holder;
  return found;
}

function verifier(
  jwks: NonNullable<AuthenticatorOptions['jwks']>,
): (token: string) => Promise<Principal | undefined> {
  const keys = createRemoteJWKSet(new URL(jwks.url), { timeoutDuration: 5000 });
  const { issuer, audience } = jwks;
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return fromClaims(payload);
    } catch (thrown) {
      if (thrown instanceof errors.JOSEError && !ISSUER_FAULTS.has(thrown.code)) return undefined;
      throw new DrawbridgeError('UNAUTHENTICATED', 'The token could not be checked just now. Try again.', {
        retryable: true,
        retryAfterSeconds: 5,
        cause: thrown,
      });
    }
  };
}

/** Scopes from `scope` (a text) or `scp` (a list), accounts from `drawbridge_accounts`. */
function fromClaims(claims: JWTPayload): Principal | undefined {
  const { sub, scope, scp, exp, drawbridge_accounts: accounts } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub) || exp === undefined) return undefined;
  const named = typeof scope === 'string' ? scope.split(' ') : scp;
  const list = typeof named === 'string' ? named.split(' ') : named;
  const scopes = new Set<Scope>(SCOPES.filter((known) => Array.isArray(list) && list.includes(known)));
  const caller = { subject: sub, scopes, expiresAt: new Date(Math.min(exp * 1000, LAST_INSTANT_MS)) };
  if (accounts === undefined) return caller;
  // A claim that is there and cannot be read opens nothing.
  const names = Array.isArray(accounts) ? accounts.filter((name) => typeof name === 'string') : [];
  return { ...caller, accounts: new Set(names) };
}

function unauthenticated(message: string): DrawbridgeError {
  return new DrawbridgeError('UNAUTHENTICATED', message);
}
