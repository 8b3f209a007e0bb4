import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startApolloGateway } from '../../examples/supergraph/apollo-gateway';
import { compose, readSdl, type Supergraph } from '../../examples/supergraph/compose';
import { startHiveGateway } from '../../examples/supergraph/hive-gateway';
import { startSites } from '../../examples/supergraph/sites';
import { SCOPES } from '../../src/domain/principal';
import {
  type GraphResult,
  type QueryOptions,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from '../support/service';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy';

/** The gateways that the supergraph is served with. */
export const GATEWAYS = {
  'Apollo Gateway': startApolloGateway,
  'Hive Gateway': startHiveGateway,
} as const;

/** One of them. */
export type GatewayName = keyof typeof GATEWAYS;

/** Callers, each with its name for a token; those not told see every account. */
const CALLERS = [
  { subject: 'operator', scopes: SCOPES },
  { subject: 'rms-only', scopes: SCOPES, accounts: ['rms'] },
  { subject: 'reader', scopes: ['devices:read'] },
] as const;

/** Who asks. */
export type CallerName = (typeof CALLERS)[number]['subject'];

/** Drawbridge and its neighbour behind a gateway, each subgraph behind a proxy that counts. */
export interface FleetSupergraph {
  readonly service: TestService;
  readonly supergraph: Supergraph;
  /** Where the gateway listens, also after a restart. */
  readonly url: string;
  readonly toDrawbridge: RecordingProxy;
  readonly toSites: RecordingProxy;
  query<T = Record<string, unknown>>(query: string, options?: FleetQuery): Promise<GraphResult<T>>;
  /** Ends the gateway; answers what starts it again at the same address. */
  stopGateway(): Promise<() => Promise<void>>;
  /** Forgets what was asked of subgraphs and vendors. */
  forget(): void;
  close(): Promise<void>;
}

/** How an operation is sent. */
export interface FleetQuery extends QueryOptions {
  /** Default: `operator`; null: nobody. */
  readonly as?: CallerName | null;
}

/** Starts it all on free ports, over the simulated fleet that sites.json knows. */
export async function startFleetSupergraph(
  name: GatewayName,
  options: Pick<TestServiceOptions, 'clock'> = {},
): Promise<FleetSupergraph> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const tokens = path.join(folder, 'tokens.json');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  await writeFile(tokens, JSON.stringify(CALLERS.map((one) => ({ ...one, sha256: sha256(one.subject) }))));
  const service = await startTestService({
    ...options,
    // A vendor that fails is to be seen: nothing that was told before stands in for it.
    env: { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: tokens, STALE_MAX_SECONDS: '0' },
  });
  const sites = await startSites();
  const toDrawbridge = await startRecordingProxy(`${service.url}/graphql`);
  const toSites = await startRecordingProxy(sites.url);
  const drawbridgeSdl = await readSdl(`${service.url}/graphql`, { authorization: 'Bearer operator' });
  const supergraph = compose([
    { name: 'drawbridge', url: toDrawbridge.url, sdl: drawbridgeSdl },
    { name: 'sites', url: toSites.url, sdl: sites.sdl },
  ]);
  let gateway = await GATEWAYS[name](supergraph.sdl, { quiet: true });
  const { url } = gateway;
  return {
    service,
    supergraph,
    url,
    toDrawbridge,
    toSites,
    query: (query, options) => send(url, query, options),
    stopGateway: async () => {
      await gateway.close();
      return async () => {
        gateway = await GATEWAYS[name](supergraph.sdl, { quiet: true, port: Number(new URL(url).port) });
      };
    },
    forget: () => {
      for (const { operations } of [toDrawbridge, toSites]) operations.length = 0;
      for (const vendor of ['rms', 'remoteit', 'everyware'] as const)
        service.simulators[vendor].calls.reset();
    },
    close: async () => {
      await gateway.close();
      await Promise.all([toDrawbridge.close(), toSites.close(), sites.close(), service.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

async function send<T>(url: string, query: string, options: FleetQuery = {}): Promise<GraphResult<T>> {
  const { as = 'operator', headers, variables } = options;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await answer.json()) as GraphResult<T>;
}
