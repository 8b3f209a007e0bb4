import { startSimulators } from '../src/simulators/simulators';
import { serve } from './child';

/** One call that a vendor saw, to be made again. */
export interface SeenCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const SENT_AGAIN = new Set(['authorization', 'token', 'developerkey', 'accept', 'content-type']);

/** The simulated vendors without latency. SIMULATED_DEVICES: how many devices they have together. */
async function main(): Promise<void> {
  const simulators = await startSimulators({
    devices: Number(process.env['SIMULATED_DEVICES']),
    latencyMs: 0,
  });
  const { rms, remoteit, everyware } = simulators;
  const vendors = [rms, remoteit, everyware];
  const seen = (): SeenCall[] =>
    vendors.flatMap(({ baseUrl, calls }) =>
      calls.entries.map(({ method, path, query, headers, body }) => {
        const url = new URL(path, baseUrl);
        for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
        const sent = Object.entries(headers).filter(([name]) => SENT_AGAIN.has(name));
        return {
          method,
          url: url.href,
          headers: Object.fromEntries(sent.map(([name, value]) => [name, String(value)])),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        };
      }),
    );
  serve({
    variables: () => ({
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
    }),
    reset: () => {
      for (const { calls } of vendors) calls.reset();
    },
    seen,
  });
}

void main();
