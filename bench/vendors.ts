import { variablesOf } from '../src/simulators/account-variables';
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
    variables: () => variablesOf(simulators),
    reset: () => {
      for (const { calls } of vendors) calls.reset();
    },
    seen,
  });
}

void main();
