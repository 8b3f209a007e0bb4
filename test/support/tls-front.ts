import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import path from 'node:path';
import { createServer } from 'node:tls';

/** The certificates of {@link file://./certificates/README.md}. */
export const CERTIFICATES = path.join(__dirname, 'certificates');

/** TLS in front of a server that speaks none. */
export interface TlsFront {
  /** The address of the server behind, with this front's scheme and port. */
  readonly url: string;
  /** How many connections were begun. */
  readonly begun: number;
  close(): Promise<void>;
}

/** Starts a front that shows a certificate, by the name of its file. */
export async function startTlsFront(certificate: string, behind: string): Promise<TlsFront> {
  const read = (name: string): string => readFileSync(path.join(CERTIFICATES, `${name}.pem`), 'utf8');
  const { hostname, port, pathname } = new URL(behind);
  let begun = 0;
  const server = createServer({ key: read('server-key'), cert: read(certificate) }, (socket) => {
    const through = connect(Number(port), hostname);
    socket.on('error', () => through.destroy());
    through.on('error', () => socket.destroy());
    socket.pipe(through).pipe(socket);
  });
  server.on('connection', () => {
    begun += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${address.port}${pathname}`,
    get begun() {
      return begun;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
