import type { FastifyInstance } from 'fastify';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** What an operator can do where it does not work, by the code of the system's error. */
const REASONS: ReadonlyMap<string, (address: ListenAddress) => string> = new Map([
  [
    'EADDRINUSE',
    ({ host, port }) =>
      `port ${port} of ${host} is taken; set another one, for example PORT=${port + 1}, or PORT=0 for any free one.`,
  ],
  [
    'EACCES',
    ({ port }) => `port ${port} may not be used by this user; set a higher one, for example PORT=4000.`,
  ],
  [
    'EADDRNOTAVAIL',
    ({ host }) => `${host} is no address of this machine; set one that is, for example HOST=127.0.0.1.`,
  ],
  ['ENOTFOUND', ({ host }) => `the name ${host} is not known; set an address, for example HOST=127.0.0.1.`],
]);

/** Listens and answers the URL, without a path. Throws an Error with a sentence for the operator where it cannot. */
export async function listen(http: FastifyInstance, address: ListenAddress): Promise<string> {
  try {
    return await http.listen({ host: address.host, port: address.port });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const reason = REASONS.get(code)?.(address);
    throw reason === undefined ? thrown : new Error(reason, { cause: thrown });
  }
}
