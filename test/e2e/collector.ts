import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A collector of traces, as OTLP over HTTP sends them. */
export interface Collector {
  /** The variables that send a service's traces here. */
  readonly env: Readonly<Record<string, string>>;
  /** What was sent so far: the body of each request. */
  readonly bodies: readonly string[];
  /** The same with path and headers. */
  readonly requests: readonly string[];
  /** Resolves once a text was sent. */
  received(wanted: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a collector on loopback. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const requests: string[] = [];
  let wake = (): void => {};
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push([request.url, ...request.rawHeaders, body].join('\n'));
      if (request.url === '/v1/traces') bodies.push(body);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
    bodies,
    requests,
    received: async (wanted) => {
      while (!bodies.some((body) => body.includes(wanted))) {
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
}
