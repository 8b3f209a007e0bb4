import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';
import type { Playground } from '../../../src/server/playground/playground';

/** A service on a free loopback port. */
export interface RunningService {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a playground as the service's HTTP server does, over a graph with a handful of made-up devices, so that the
 * playground can be looked at by itself.
 *
 * @param sdl the schema; the directives of Apollo Federation may be undeclared.
 */
export async function startStandInService(playground: Playground, sdl: string): Promise<RunningService> {
  const schema = buildSchema(`directive @key(fields: String!) repeatable on OBJECT
    directive @shareable on OBJECT | FIELD_DEFINITION\n${sdl}`);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST' && pathname === '/graphql') {
      const { query, variables, operationName } = JSON.parse(await readBody(request));
      const answer = await graphql({
        schema,
        source: query,
        rootValue: ROOT,
        variableValues: variables,
        operationName,
      });
      response.setHeader('content-type', 'application/graphql-response+json');
      response.end(JSON.stringify(answer));
      return;
    }
    response.setHeader('content-security-policy', playground.contentSecurityPolicy);
    if (pathname === '/graphql') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(playground.page({ endpoint: '/graphql', subscriptionEndpoint: '/graphql' }));
      return;
    }
    const file = playground.file(pathname.replace(/^\/playground\//, ''));
    response.statusCode = file ? 200 : 404;
    response.setHeader('content-type', file?.contentType ?? 'text/plain');
    response.end(file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

const NOW = '2026-11-20T10:15:30.000Z';

const DEVICES = [
  {
    id: 'rms:device:118204',
    vendor: 'TELTONIKA_RMS',
    account: 'rms',
    vendorDeviceId: '118204',
    name: 'Pump station 4, Mill Lane',
    status: 'ONLINE',
    model: 'RUT955',
    serialNumber: '1106240918',
    tags: ['water', 'north'],
    lastSeenAt: '2026-11-20T10:14:52.000Z',
    observedAt: NOW,
    capabilities: [
      'LIST_REMOTE_ACCESSES',
      'CREATE_REMOTE_ACCESS',
      'CREATE_LINK',
      'CLOSE_LINK',
      'LIST_SESSIONS',
    ],
    remoteAccesses: [{ name: 'PLC web server', protocol: 'HTTPS', host: '192.168.1.10', port: 443 }],
    sessions: [
      {
        status: 'ACTIVE',
        url: 'https://k3v9q.rms.example/',
        expiresAt: '2026-11-20T10:45:30.000Z',
        secondsRemaining: 1800,
      },
    ],
  },
  {
    id: 'remoteit:device:80:00:00:00:01:04:6D:1C',
    vendor: 'REMOTE_IT',
    account: 'remoteit',
    vendorDeviceId: '80:00:00:00:01:04:6D:1C',
    name: 'Packing line camera',
    status: 'ONLINE',
    tags: [],
    lastSeenAt: '2026-11-20T10:11:07.000Z',
    observedAt: NOW,
    capabilities: ['CREATE_LINK', 'CLOSE_LINK', 'RESTRICT_LINK_TO_IP'],
    remoteAccesses: [{ name: 'SSH', protocol: 'SSH' }],
    sessions: [],
  },
  {
    id: 'everyware:device:AQhKd4sGm2E',
    vendor: 'EVERYWARE',
    account: 'everyware',
    vendorDeviceId: 'AQhKd4sGm2E',
    name: 'Gateway hall B',
    status: 'OFFLINE',
    model: 'ReliaGATE 10-14',
    tags: [],
    lastSeenAt: '2026-11-19T22:40:00.000Z',
    observedAt: NOW,
    capabilities: ['CREATE_LINK', 'CLOSE_LINK', 'VPN_STATUS', 'VPN_CONTROL'],
    remoteAccesses: [{ name: 'VPN', protocol: 'VPN' }],
    sessions: [],
  },
];

const ROOT = {
  devices: () => ({
    totalCount: DEVICES.length,
    nodes: DEVICES,
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false },
    problems: [],
  }),
  fleet: () => ({
    totalDevices: DEVICES.length,
    byVendor: DEVICES.map((device) => ({ value: device.vendor, count: 1 })),
    byStatus: [
      { value: 'ONLINE', count: 2 },
      { value: 'OFFLINE', count: 1 },
    ],
    byModel: [],
    activeSessions: 1,
    sessionsExpiringWithin: 0,
    vpnConnected: 0,
    problems: [],
  }),
  viewer: { subject: 'anonymous', scopes: ['devices:read'] },
};
