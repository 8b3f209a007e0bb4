import type { Simulators } from './simulators';

/** The environment variables that make accounts at simulated vendors, as an operator would set them. */
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
