import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a router was told. */
export interface Told {
  readonly kind: string;
  readonly action: string;
  readonly id: string;
  readonly verifier: string;
  readonly payload?: { readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly errors?: readonly unknown[];
}

/** A router as the HTTP callback protocol sees it: a place that is called back. */
export interface FakeRouter {
  readonly origin: string;
  readonly callbackUrl: string;
  /** How the next calls are answered; the last one stands. 204: taken. */
  statuses: number[];
  /** Headers of the calls so far. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  /** The next thing that it is told. */
  told(): Promise<Told>;
  close(): Promise<void>;
}

export async function startFakeRouter(): Promise<FakeRouter> {
  const waiting: Told[] = [];
  const headers: Readonly<Record<string, unknown>>[] = [];
  let wake = (): void => {};
  const server = createServer(async (request, response) => {
    const status = router.statuses.length > 1 ? router.statuses.shift() : router.statuses[0];
    headers.push(request.headers);
    waiting.push(JSON.parse(await text(request)));
    response.writeHead(status ?? 204, { location: '/elsewhere' }).end();
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const router: FakeRouter = {
    origin,
    callbackUrl: `${origin}/callback/one`,
    statuses: [204],
    headers,
    told: async () => {
      for (;;) {
        const told = waiting.shift();
        if (told !== undefined) return told;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return router;
}
