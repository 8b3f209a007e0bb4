import { type EverywareSimulator, startEverywareSimulator } from './everyware/everyware-simulator';
import { createPrng } from './prng';
import { type RemoteitSimulator, startRemoteitSimulator } from './remoteit/remoteit-simulator';
import { type RmsSimulator, startRmsSimulator } from './rms/rms-simulator';
import type { LatencySpan } from './vendor-server';
import type { VendorStart } from './vendor-start';

/** How the three simulated vendors are started. */
export interface SimulatorOptions {
  /** Devices of all three together, rows at remote.it; default 120. From 3 on each vendor has at least one. */
  readonly devices?: number;
  /** The same seed gives the same fleets; default 1. */
  readonly seed?: number;
  /** Milliseconds for a plain read, several times as many for logins and round trips to devices; default 20 to 120, 0 for none. */
  readonly latencyMs?: number | LatencySpan;
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default any free ones. */
  readonly ports?: { readonly rms?: number; readonly remoteit?: number; readonly everyware?: number };
}

/** The three running vendors. */
export interface Simulators {
  readonly rms: RmsSimulator;
  readonly remoteit: RemoteitSimulator;
  readonly everyware: EverywareSimulator;
  /** Closes all three. */
  close(): Promise<void>;
}

/** Starts the three vendors as HTTP servers with one fleet spread over them; all or none. */
export async function startSimulators(options: SimulatorOptions = {}): Promise<Simulators> {
  const {
    rms: rmsSize,
    remoteit: remoteitSize,
    everyware: everywareSize,
  } = shareFleet(options.devices ?? 120);
  const starting = await Promise.allSettled([
    startRmsSimulator(vendorStart(options, { number: 1, size: rmsSize, port: options.ports?.rms })),
    startRemoteitSimulator(
      vendorStart(options, { number: 2, size: remoteitSize, port: options.ports?.remoteit }),
    ),
    startEverywareSimulator(
      vendorStart(options, { number: 3, size: everywareSize, port: options.ports?.everyware }),
    ),
  ]);
  const [rms, remoteit, everyware] = starting;
  if (rms.status !== 'fulfilled' || remoteit.status !== 'fulfilled' || everyware.status !== 'fulfilled') {
    await Promise.all(
      starting.map((started) => (started.status === 'fulfilled' ? started.value.close() : undefined)),
    );
    throw starting.find((started) => started.status === 'rejected')?.reason;
  }
  const vendors = { rms: rms.value, remoteit: remoteit.value, everyware: everyware.value };
  return {
    ...vendors,
    close: async () => {
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
    },
  };
}

/** Spreads a fleet over the vendors, 45 : 25 : 30. */
function shareFleet(devices: number): {
  readonly rms: number;
  readonly remoteit: number;
  readonly everyware: number;
} {
  const size = Math.max(0, Math.floor(devices));
  if (size < 3) return { rms: Math.min(size, 1), remoteit: 0, everyware: Math.max(0, size - 1) };
  const remoteit = Math.max(1, Math.round(size * 0.25));
  const everyware = Math.max(1, Math.round(size * 0.3));
  return { rms: size - remoteit - everyware, remoteit, everyware };
}

function vendorStart(
  options: SimulatorOptions,
  vendor: { readonly number: number; readonly size: number; readonly port: number | undefined },
): VendorStart {
  const seed = (options.seed ?? 1) * 1000 + vendor.number;
  const latency = options.latencyMs ?? { min: 20, max: 120 };
  return {
    size: vendor.size,
    fleetPrng: createPrng(seed),
    runPrng: createPrng(seed + 500),
    latency: typeof latency === 'number' ? { min: latency, max: latency } : latency,
    now: options.now ?? Date.now,
    host: options.host ?? '127.0.0.1',
    port: vendor.port ?? 0,
  };
}
