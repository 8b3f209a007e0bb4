import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { SCOPES } from '../../src/domain/principal';

/** Somebody who signs tokens that the service takes. */
export interface Issuer {
  /** The variables with which a service takes its tokens. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A token for everything that ends at an instant. */
  token(expiresAt: Date): Promise<string>;
  close(): Promise<void>;
}

/** Starts an issuer of JWTs on loopback. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      AUTH_DISABLED: undefined,
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      AUTH_ISSUER: 'https://login.example.com/',
      AUTH_AUDIENCE: 'drawbridge',
    },
    token: (expiresAt) =>
      new SignJWT({ scope: SCOPES.join(' ') })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setSubject('ana')
        .setIssuer('https://login.example.com/')
        .setAudience('drawbridge')
        .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
        .sign(privateKey),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
