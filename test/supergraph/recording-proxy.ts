import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An operation that a gateway sent to a subgraph. */
export interface SentOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Stands in front of a subgraph and keeps what it is sent. */
export interface RecordingProxy {
  readonly url: string;
  readonly operations: SentOperation[];
  close(): Promise<void>;
}

/** Hop by hop, or wrong once the body was read. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
]);

/** Starts a proxy of a subgraph on a free port. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const operations: SentOperation[] = [];
  const handOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const { query = '', variables = {} } = JSON.parse(body) as Partial<SentOperation>;
    const headers = request.headers as Record<string, string | undefined>;
    operations.push({ query, variables, headers });
    const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || NOT_FORWARDED.has(name) ? [] : [[name, value]],
    );
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { signal } = gone;
    const answer = await fetch(target, { method: 'POST', headers: sent, body, signal });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    // Events are handed on as they come; whoever has left does not wait for the rest.
    for await (const part of answer.body ?? []) response.write(part);
    response.end();
  };
  const server = createServer((request, response) => {
    handOn(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    operations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
