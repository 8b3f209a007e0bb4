import type { Authenticator, CallContext } from '../../transport/transport';
import type { AccountSettings, AuthenticatorTools } from '../driver';
import { lifetimeUntil, type Token, TokenLogin } from '../token-login';
import { parseEnvelope } from '../wire';
import { remoteitCatalogue } from './catalogue';
import { assertLoggedIn } from './errors';
import { loginAnswer } from './wire';

/** How long a token holds where the login does not say. Source: remoteit/sdk-go, client.go logs in again after it. */
const USUAL_LIFETIME_MS = 3_600_000;

/**
 * Credentials are two headers, `developerkey` and `token`, and no Authorization. A configured token is sent as it is,
 * for nobody here could renew it; else the user logs in, and again when the token ends or is refused.
 */
export function createRemoteitAuthenticator(
  settings: AccountSettings,
  tools: AuthenticatorTools,
): Authenticator {
  const developerkey = settings.text('developerKey');
  const token = settings.optional('token');
  if (token !== undefined) {
    const headers = { developerkey, token };
    return { headers: async () => headers, renew: async () => false };
  }
  const credentials = { username: settings.text('username'), password: settings.text('password') };
  return new TokenLogin(
    { login: (context) => login(tools, developerkey, credentials, context) },
    tools.clock,
  );
}

async function login(
  tools: AuthenticatorTools,
  developerkey: string,
  credentials: { readonly username: string; readonly password: string },
  context: CallContext,
): Promise<Token> {
  const endpoint = remoteitCatalogue.login;
  const answer = await tools.transport.send(
    { endpoint, headers: { developerkey }, json: credentials },
    context,
  );
  assertLoggedIn(answer, endpoint);
  const { token, expiresAt } = parseEnvelope(loginAnswer, answer.body, 'the login');
  return {
    headers: { developerkey, token },
    lifetimeMs: lifetimeUntil(expiresAt, tools.clock, USUAL_LIFETIME_MS),
  };
}
