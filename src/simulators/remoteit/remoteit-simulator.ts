import type { CallLog } from '../call-log';
import type { Faults } from '../faults';
import { startVendorServer } from '../vendor-server';
import type { VendorStart } from '../vendor-start';
import { populateRemoteit } from './remoteit-fleet';
import { defaultRemoteitKnobs, type RemoteitKnobs } from './remoteit-knobs';
import { REMOTEIT_BASE_PATH, type RemoteitCredentials, remoteitRoutes } from './remoteit-routes';
import { RemoteitState } from './remoteit-state';
import { fail } from './remoteit-wire';

/** A running remote.it. */
export interface RemoteitSimulator {
  /** Such as "http://127.0.0.1:4002/apv/v27". */
  readonly baseUrl: string;
  readonly credentials: RemoteitCredentials;
  readonly state: RemoteitState;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly knobs: RemoteitKnobs;
  close(): Promise<void>;
}

/** Starts a simulated remote.it with a fleet of its own; `size` counts rows. */
export async function startRemoteitSimulator(start: VendorStart): Promise<RemoteitSimulator> {
  const { fleetPrng, runPrng } = start;
  const state = new RemoteitState(start.now, runPrng);
  populateRemoteit(state, fleetPrng, start.size);
  const knobs = defaultRemoteitKnobs();
  const credentials = {
    developerKey: fleetPrng.uuid().toUpperCase(),
    username: 'ops@northwind.example',
    password: fleetPrng.hex(20),
  };
  const server = await startVendorServer({
    routes: remoteitRoutes({ state, knobs, credentials, prng: runPrng }),
    unmatched: () => fail(404, 'unknown endpoint'),
    host: start.host,
    port: start.port,
    latency: start.latency,
    prng: runPrng,
    now: start.now,
  });
  return {
    baseUrl: `${server.origin}${REMOTEIT_BASE_PATH}`,
    credentials,
    state,
    knobs,
    calls: server.calls,
    faults: server.faults,
    close: () => server.close(),
  };
}
