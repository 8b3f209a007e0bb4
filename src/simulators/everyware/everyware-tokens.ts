import type { Prng } from '../prng';
import type { Answer, Call } from '../route';
import { asObject } from '../wire';
import { drawId } from './everyware-ids';
import type { EverywareKnobs } from './everyware-knobs';
import { entity, refuse, UNAUTHENTICATED, type WireRow } from './everyware-wire';

/** What an account at Everyware Cloud logs in with. */
export interface EverywareCredentials {
  readonly username: string;
  readonly password: string;
  readonly apiKey: string;
}

interface Token {
  readonly tokenId: string;
  readonly expiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
  readonly row: WireRow;
}

/** What the tokens are made with. */
interface EverywareTokenParts {
  readonly now: () => number;
  readonly prng: Prng;
  readonly knobs: EverywareKnobs;
  readonly credentials: EverywareCredentials;
  readonly scopeId: string;
}

/** Logs in, refreshes, checks and forgets access tokens. Source: Everyware Cloud OpenAPI 6.0.8, /authentication. */
export class EverywareTokens {
  /** By token id; what is invalidated is gone. */
  readonly #tokens = new Map<string, Token>();

  constructor(private readonly parts: EverywareTokenParts) {}

  /** Answers POST /authentication/user. The schema names the field `user`, all examples send `username`. */
  logInWithPassword(call: Call): Answer {
    const { credentials, knobs } = this.parts;
    const { username, password } = asObject(call.body);
    if (username !== credentials.username || password !== credentials.password) return UNAUTHENTICATED;
    if (knobs.mfa) {
      const message = 'An authentication code is required.';
      return refuse({ status: 403, type: 'mfaRequired', code: 'REQUIRE_MFA_CODE', message }, knobs);
    }
    return this.#issue();
  }

  /** Answers POST /authentication/apikey. */
  logInWithKey(call: Call): Answer {
    return asObject(call.body)['apiKey'] === this.parts.credentials.apiKey ? this.#issue() : UNAUTHENTICATED;
  }

  /**
   * Answers POST /authentication/refresh: needs the refresh token and the token it came with, which may have expired; both
   * are void at once. Its 401 alone has a body.
   */
  refresh(call: Call): Answer {
    const { refreshToken, tokenId } = asObject(call.body);
    const token = typeof tokenId === 'string' ? this.#tokens.get(tokenId) : undefined;
    if (token === undefined || token.refreshToken !== refreshToken)
      return this.#refuseRefresh('INVALID_REFRESH_TOKEN');
    this.#tokens.delete(token.tokenId);
    if (token.refreshExpiresAt <= this.parts.now()) return this.#refuseRefresh('EXPIRED_REFRESH_TOKEN');
    return this.#issue();
  }

  /** Answers GET /authentication/info for a token that has been checked. */
  describe(call: Call): Answer {
    const row = this.#tokens.get(bearer(call))?.row;
    return {
      status: 200,
      json: { type: 'loginInfo', accessPermission: [], accessToken: row, rolePermissions: [] },
    };
  }

  /** Answers POST /authentication/logout for a token that has been checked. */
  logOut(call: Call): Answer {
    this.#tokens.delete(bearer(call));
    return { status: 204 };
  }

  /** Whether the call carries a token that lives. */
  accepts(call: Call): boolean {
    return (this.#tokens.get(bearer(call))?.expiresAt ?? 0) > this.parts.now();
  }

  /** Makes every token void now, its refresh token with it. */
  invalidateAll(): void {
    this.#tokens.clear();
  }

  #issue(): Answer {
    this.#forgetExpired();
    const { now, prng, knobs, scopeId } = this.parts;
    const issuedAt = now();
    const [expiresAt, refreshExpiresAt] = [
      issuedAt + knobs.tokenLifetimeMs,
      issuedAt + knobs.refreshLifetimeMs,
    ];
    const tokenId = this.#drawJwt(issuedAt, expiresAt);
    const refreshToken = prng.uuid();
    const row = {
      type: 'accessToken',
      ...entity(drawId(prng), scopeId, { createdOn: issuedAt, modifiedOn: issuedAt }),
      tokenId,
      userId: 'LTcVBfHB2lo',
      expiresOn: new Date(expiresAt).toISOString(),
      refreshToken,
      refreshExpiresOn: new Date(refreshExpiresAt).toISOString(),
      trustKey: null,
    };
    this.#tokens.set(tokenId, { tokenId, expiresAt, refreshToken, refreshExpiresAt, row });
    return { status: 200, json: row };
  }

  #drawJwt(issuedAt: number, expiresAt: number): string {
    const part = (value: WireRow): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      iss: 'https://www.eclipse.org/kapua',
      iat: seconds(issuedAt),
      exp: seconds(expiresAt),
      sub: 'LTcVBfHB2lo',
    };
    const signature = Buffer.from(this.parts.prng.hex(64), 'hex').toString('base64url');
    return `${part({ alg: 'RS256' })}.${part({ ...claims, sId: this.parts.scopeId })}.${signature}`;
  }

  #refuseRefresh(code: string): Answer {
    const message = 'The refresh token or the access token it belongs to is not valid.';
    return refuse({ status: 401, type: '', code, message }, this.parts.knobs);
  }

  #forgetExpired(): void {
    const now = this.parts.now();
    for (const token of this.#tokens.values()) {
      if (Math.max(token.expiresAt, token.refreshExpiresAt) <= now) this.#tokens.delete(token.tokenId);
    }
  }
}

function bearer(call: Call): string {
  return /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '';
}

function seconds(instant: number): number {
  return Math.floor(instant / 1000);
}
