import type { Authenticator, CallContext } from '../../transport/transport';
import type { AccountSettings, AuthenticatorTools } from '../driver';
import { lifetimeUntil, type Token, TokenLogin } from '../token-login';
import { parseEnvelope } from '../wire';
import { everywareCatalogue } from './catalogue';
import { assertLoggedIn } from './errors';
import { accessToken } from './wire';

/** Lifetimes where the answer does not say. Source: eclipse/kapua, kapua-authentication-setting.properties. */
const USUAL_LIFETIME_MS = 1_800_000;
const USUAL_REFRESH_LIFETIME_MS = 18_000_000;

interface EverywareToken extends Token {
  readonly tokenId: string;
  readonly refreshToken: string | null;
  /** On the monotonic clock. */
  readonly refreshableUntil: number;
}

interface Credentials {
  readonly endpoint: typeof everywareCatalogue.login | typeof everywareCatalogue.loginWithKey;
  readonly json: Readonly<Record<string, string>>;
  /** The settings that they are from, for the operator. */
  readonly settings: string;
}

/**
 * Logs in with the API key or with name and password, sends `tokenId` as a bearer, and renews it with the refresh
 * token. A refresh voids the token before at once, whatever comes of it, so there is never more than one under way.
 */
export function createEverywareAuthenticator(
  settings: AccountSettings,
  tools: AuthenticatorTools,
): Authenticator {
  const credentials = credentialsOf(settings);
  return new TokenLogin<EverywareToken>(
    {
      login: (context) => login(tools, credentials, context),
      refresh: (previous, context) => refresh(tools, previous, context),
    },
    tools.clock,
  );
}

function credentialsOf(settings: AccountSettings): Credentials {
  const apiKey = settings.optional('apiKey');
  if (apiKey !== undefined) {
    return {
      endpoint: everywareCatalogue.loginWithKey,
      json: { apiKey },
      settings: 'apiKey (EVERYWARE_API_KEY)',
    };
  }
  return {
    endpoint: everywareCatalogue.login,
    // OpenAPI's schema calls the property `user`; its own examples, and every client that works, send `username`.
    json: { username: settings.text('username'), password: settings.text('password') },
    settings: 'username (EVERYWARE_USERNAME) and password (EVERYWARE_PASSWORD)',
  };
}

async function login(
  tools: AuthenticatorTools,
  credentials: Credentials,
  context: CallContext,
): Promise<EverywareToken> {
  const { endpoint, json } = credentials;
  const answer = await tools.transport.send({ endpoint, json }, context);
  assertLoggedIn(answer, endpoint, credentials.settings);
  return toToken(tools, answer.body);
}

async function refresh(
  tools: AuthenticatorTools,
  previous: EverywareToken,
  context: CallContext,
): Promise<EverywareToken | undefined> {
  const { refreshToken, tokenId, refreshableUntil } = previous;
  if (refreshToken === null || tools.clock.monotonic() >= refreshableUntil) return undefined;
  const answer = await tools.transport.send(
    { endpoint: everywareCatalogue.refresh, json: { refreshToken, tokenId } },
    context,
  );
  return answer.status < 400 ? toToken(tools, answer.body) : undefined;
}

function toToken(tools: AuthenticatorTools, body: unknown): EverywareToken {
  const { clock } = tools;
  const { tokenId, expiresOn, refreshToken, refreshExpiresOn } = parseEnvelope(
    accessToken,
    body,
    'the login',
  );
  return {
    headers: { authorization: `Bearer ${tokenId}` },
    lifetimeMs: lifetimeUntil(expiresOn, clock, USUAL_LIFETIME_MS),
    tokenId,
    refreshToken,
    refreshableUntil: clock.monotonic() + lifetimeUntil(refreshExpiresOn, clock, USUAL_REFRESH_LIFETIME_MS),
  };
}
