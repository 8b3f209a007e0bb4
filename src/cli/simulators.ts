import { parseArgs } from 'node:util';
import { wholeNumber } from '../config/values';
import { variablesOf } from '../simulators/account-variables';
import { type SimulatorOptions, type Simulators, startSimulators } from '../simulators/simulators';

/** Starts the simulated vendors alone, and prints what points a service at them, in the notation of a .env file. */

/** What was typed is wrong: the exit code that says so. */
const WRONG_USE = 2;

const EXAMPLE = 'npm run simulators -- --devices 300 --seed 7 --latency 0';

const FLAGS = {
  devices: wholeNumber(0, 100_000),
  seed: wholeNumber(0, 4_294_967_295),
  latency: wholeNumber(0, 60_000),
} as const;

/** The options, or what is wrong with the flags as a sentence without its end. */
function readFlags(args: string[]): SimulatorOptions | { readonly wrong: string } {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args, options: { devices: text, seed: text, latency: text } });
    return {
      ...option('devices', numberOf('devices', values.devices)),
      ...option('seed', numberOf('seed', values.seed)),
      ...option('latencyMs', numberOf('latency', values.latency)),
    };
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    const [sentence = ''] = thrown.message.split(/\.\s/);
    return { wrong: sentence };
  }
}

/** Throws a TypeError, as parseArgs does, where a flag is no such number. */
function numberOf(flag: keyof typeof FLAGS, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const read = FLAGS[flag](value);
  if (read.ok) return read.value;
  throw new TypeError(`--${flag} ${read.wrong}`);
}

function option<K extends string>(name: K, value: number | undefined): { readonly [P in K]?: number } {
  const entry: { [P in K]?: number } = {};
  if (value !== undefined) entry[name] = value;
  return entry;
}

function environmentLines(simulators: Simulators): readonly string[] {
  return [
    ...Object.entries(variablesOf(simulators)).map(([name, value]) => `${name}=${value}`),
    '# A service with accounts wants to know who is let in. This lets in everyone, on a loopback address only:',
    'AUTH_DISABLED=1',
  ];
}

async function main(): Promise<void> {
  const options = readFlags(process.argv.slice(2));
  if ('wrong' in options) {
    process.stderr.write(`${options.wrong}; for example ${EXAMPLE}.\n`);
    process.exit(WRONG_USE);
  }
  const simulators = await startSimulators(options);
  process.stdout.write(`${environmentLines(simulators).join('\n')}\n`);
  process.stderr.write('The simulated vendors are running until this is stopped with Ctrl+C.\n');
  const stop = (): void => {
    void simulators.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`The simulated vendors could not be started: ${String(thrown)}\n`);
  process.exit(1);
});
