import { type App, startApp } from './app';
import { ConfigError } from './config/config-error';
import { describeConfig } from './config/describe';
import { readEnvironment } from './config/environment';
import { loadConfig } from './config/load';
import { asDrawbridgeError } from './domain/errors';
import { openLogger, type ServiceLogger } from './telemetry/logger';
import { vendors } from './vendors';

/** A stop takes no longer than this, whatever hangs. */
const STOP_WITHIN_MS = 9_500;

/** What the operator configured is wrong: the exit code that says so. */
const WRONG_CONFIGURATION = 2;

async function main(): Promise<void> {
  const cwd = process.cwd();
  const config = loadConfig({ env: readEnvironment(cwd), cwd, vendors: Object.values(vendors) });
  if (process.argv.includes('--check-config')) {
    process.stdout.write(`${describeConfig(config)}\nThe configuration is right.\n`);
    return;
  }
  const logger = openLogger({ level: config.logLevel, pretty: process.stdout.isTTY });
  endOnFaults(logger);
  const starting = startApp({ config, logger });
  stopOnSignals(starting, logger);
  for (const warning of config.warnings) logger.warn({}, warning);
  const app = await starting;
  if (config.simulated) {
    logger.info(
      {},
      `no vendor account is configured: ${config.simulators.devices} simulated devices are served`,
    );
  }
  logger.ready(`${app.url}/graphql`);
}

/**
 * What nobody caught ends the process, since nobody knows what state it is in; the next start settles what was open. The
 * last line is a line of the log, because Node.js would print the error as it is, with whatever stands in it.
 */
function endOnFaults(logger: ServiceLogger): void {
  const end = (thrown: unknown): void => {
    logger.error({ err: thrown }, 'something unforeseen went wrong, and the service ends');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

/** From here on SIGTERM and SIGINT end the service cleanly, also while it still starts. */
function stopOnSignals(starting: Promise<App>, logger: ServiceLogger): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    starting
      .then((app) => app.close())
      .then(
        () => process.exit(0),
        (thrown: unknown) => {
          logger.error({ err: thrown }, 'the stop went wrong');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((thrown: unknown) => {
  if (thrown instanceof ConfigError) {
    process.stderr.write(`${thrown.problems.join('\n')}\n`);
    process.exit(WRONG_CONFIGURATION);
  }
  const { message, code } = asDrawbridgeError(thrown);
  const reason = code === 'INTERNAL_SERVER_ERROR' && thrown instanceof Error ? thrown.message : message;
  process.stderr.write(`Drawbridge could not be started: ${reason}\n`);
  process.exit(1);
});
