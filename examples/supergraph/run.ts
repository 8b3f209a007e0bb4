import { startApolloGateway } from './apollo-gateway';
import { compose, readSdl } from './compose';
import { startDrawbridge } from './drawbridge';
import type { GatewayOptions, RunningGateway } from './gateway';
import { startHiveGateway } from './hive-gateway';
import { startSites } from './sites';

/** The gateways that there is a choice of. */
export const GATEWAYS = { hive: startHiveGateway, apollo: startApolloGateway } as const;

/** One of them. */
export type GatewayName = keyof typeof GATEWAYS;

/** The whole supergraph, running. */
export interface RunningSupergraph {
  readonly drawbridge: string;
  readonly sites: string;
  readonly gateway: string;
  close(): Promise<void>;
}

/** Starts Drawbridge with simulated vendors, the graph of sites beside it, and a gateway in front of both. */
export async function runSupergraph(
  name: GatewayName,
  program: string,
  options: GatewayOptions,
): Promise<RunningSupergraph> {
  const running: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const part of running.reverse()) await part.close();
  };
  const begin = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    running.push(part);
    return part;
  };
  try {
    const drawbridge = await begin(startDrawbridge(program));
    const sites = await begin(startSites());
    const { sdl } = compose([
      { name: 'drawbridge', url: drawbridge.url, sdl: await readSdl(drawbridge.url) },
      { name: 'sites', url: sites.url, sdl: sites.sdl },
    ]);
    const gateway: RunningGateway = await begin(GATEWAYS[name](sdl, options));
    return { drawbridge: drawbridge.url, sites: sites.url, gateway: gateway.url, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
