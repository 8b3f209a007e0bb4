import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { customers, sites } from './sites.json';

/** A subgraph that is served. */
export interface RunningSubgraph {
  readonly url: string;
  readonly sdl: string;
  close(): Promise<void>;
}

/** How this graph refers to a device of Drawbridge. */
interface DeviceKey {
  readonly account: string;
  readonly vendorDeviceId: string;
}

/** A site as a router knows it. */
interface SiteReference {
  readonly id: string;
  /** What devicesIn requires of Drawbridge, in the order of the site's devices. Null: its vendor cannot be read. */
  readonly devices?: readonly ({ readonly status: string } | null)[];
}

type Site = (typeof sites)[number];

const keyOf = ({ account, vendorDeviceId }: DeviceKey): string => `${account} ${vendorDeviceId}`;
const siteOf = new Map(sites.flatMap((site) => site.devices.map((device) => [keyOf(device), site] as const)));

const resolvers = {
  Query: {
    customers: () => customers,
    sites: () => sites,
    site: (_: unknown, { id }: { readonly id: string }) => findSite(id),
  },
  Customer: {
    __resolveReference: ({ id }: { readonly id: string }) =>
      customers.find((customer) => customer.id === id) ?? null,
    sites: ({ id }: { readonly id: string }) => sites.filter(({ customer }) => customer === id),
  },
  Site: {
    __resolveReference: ({ id, devices = [] }: SiteReference) => {
      const site = findSite(id);
      return site === null ? null : { ...site, statuses: devices.map((device) => device?.status) };
    },
    customer: ({ customer }: Site) => customers.find(({ id }) => id === customer),
    devicesIn: (
      { devices, statuses }: Site & { readonly statuses: readonly (string | undefined)[] },
      { status }: { readonly status: readonly string[] },
    ) => devices.filter((_, index) => status.includes(statuses[index] ?? '')),
    gateway: ({ devices: [first] }: Site) => first ?? null,
  },
  Device: {
    __resolveReference: (reference: DeviceKey) => reference,
    site: (device: DeviceKey) => siteOf.get(keyOf(device)) ?? null,
  },
};

/**
 * Serves sites and customers from sites.json on a loopback address. Nothing in it is secret, so it lets in everyone; a
 * graph of your own would look at the `authorization` header, which the gateways of this example send to it too.
 */
export async function startSites(port = 0): Promise<RunningSubgraph> {
  const sdl = readFileSync(path.join(__dirname, 'sites.graphql'), 'utf8');
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const server = new ApolloServer({
    schema,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    // Traces are for who may know them, and this graph asks nobody who they are.
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
  return { url, sdl, close: () => server.stop() };
}

function findSite(id: string): Site | null {
  return sites.find((site) => site.id === id) ?? null;
}
