import { systemClock } from '../../src/system-clock';
import { openFetch } from '../../src/transport/fetch';
import { openPipeline } from '../../src/transport/pipeline';
import type { DeviceRecord, Driver, DroppedRow, VendorModule } from '../../src/vendors/driver';
import type { ManualClock } from './manual-clock';
import { settingsOf } from './vendor-settings';

/** A vendor's driver and authenticator on the real way to a vendor. */
export interface SimulatedAccount {
  readonly driver: Driver;
  readonly dropped: readonly DroppedRow[];
  /** All devices, page by page. */
  walk(pageSize?: number): Promise<readonly DeviceRecord[]>;
  close(): Promise<void>;
}

/** Opens an account at a running simulator; `given` holds its settings, `baseUrl` among them. */
export function openSimulatedAccount(
  module: VendorModule,
  given: Readonly<Record<string, string | boolean>> & { readonly baseUrl: string },
  clock: ManualClock,
): SimulatedAccount {
  const settings = settingsOf(module.configuration, given);
  const statusUrl = module.statusUrl?.(settings);
  const fetch = openFetch({
    baseUrl: given.baseUrl,
    ...(statusUrl === undefined ? {} : { statusUrl }),
    timeoutMs: 5_000,
    connections: 16,
  });
  const pipeline = openPipeline({
    account: settings.key,
    fetch,
    clock,
    limitClock: systemClock,
    random: () => 0,
    concurrency: 16,
    timeoutMs: 5_000,
    deadlineMs: 10_000,
    report: () => undefined,
    refused: () => undefined,
    circuitChanged: () => undefined,
    credentialsRejected: () => undefined,
  });
  const authenticator = module.createAuthenticator(settings, { transport: pipeline.anonymous, clock });
  const dropped: DroppedRow[] = [];
  const driver = module.createDriver(settings, {
    transport: pipeline.authenticated(authenticator, module.isUnauthorized),
    dropped: (row) => dropped.push(row),
    now: () => clock.now(),
  });
  return { driver, dropped, walk: (pageSize = 100) => walk(driver, pageSize), close: () => fetch.close() };
}

async function walk(driver: Driver, limit: number): Promise<readonly DeviceRecord[]> {
  const records: DeviceRecord[] = [];
  for (let offset = 0; ; ) {
    const { rows, last } = await driver.listDevices({ offset, limit }, {});
    for (const row of rows) if (row !== undefined) records.push(row);
    offset += rows.length;
    if (last) return records;
  }
}
