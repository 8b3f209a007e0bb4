import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Simulators } from '../src/simulators/simulators';

/** The variables that make accounts at simulated vendors. */
export function variablesOf({ rms, remoteit, everyware }: Simulators): Record<string, string> {
  return {
    RMS_TOKEN: rms.credentials.token,
    RMS_BASE_URL: rms.baseUrl,
    RMS_STATUS_URL: rms.statusUrl,
    REMOTEIT_DEVELOPER_KEY: remoteit.credentials.developerKey,
    REMOTEIT_USERNAME: remoteit.credentials.username,
    REMOTEIT_PASSWORD: remoteit.credentials.password,
    REMOTEIT_BASE_URL: remoteit.baseUrl,
    EVERYWARE_USERNAME: everyware.credentials.username,
    EVERYWARE_PASSWORD: everyware.credentials.password,
    EVERYWARE_BASE_URL: everyware.baseUrl,
  };
}

/** A folder for the run, and what removes it. */
export async function temporaryFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-bench-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The value that a part of all values does not exceed; 0 where there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
