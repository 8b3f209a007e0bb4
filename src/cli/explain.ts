import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Fleet } from '../accounts/fleet';
import { idleAccount } from '../app-accounts';
import type { AccountConfig, Config } from '../config/config';
import { ConfigError } from '../config/config-error';
import { readEnvironment } from '../config/environment';
import { loadConfig } from '../config/load';
import { simulatedAccounts } from '../config/shorthand-accounts';
import { SCOPES } from '../domain/principal';
import { Planner } from '../graph/planner';
import { buildGraph } from '../graph/schema';
import { Cursors } from '../services/cursor';
import { unknownLedger } from '../services/plan/ledger';
import { PlanService } from '../services/plan/plan-service';
import { systemClock } from '../system-clock';
import { vendors } from '../vendors';
import { planPage } from './plan-page';

/** Tells which vendor calls an operation would make, from the configuration alone: nobody is asked anything. */

const USAGE = `Usage: npm run explain -- query.graphql [options]

  --variables '{"first": 100}'   the operation's variables, as JSON; or @file
  --operation name               which operation, where the file has several
  --devices rms=500              how many devices an account has; may be given for each
  --json                         the plan as x-explain: plan tells it

Without --devices the size of an account is not known, and what needs a walk through all of it has no bound.`;

/** What was typed, or asked, is wrong: the exit code that says so. */
const WRONG_USE = 2;

/** What was typed. */
interface Typed {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operation: string | undefined;
  readonly sizes: ReadonlyMap<string, number>;
  readonly json: boolean;
}

/** Something that the one who typed can mend. */
class UsageError extends Error {}

function readTyped(args: readonly string[]): Typed {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      variables: text,
      operation: text,
      devices: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError(USAGE);
  return {
    document: readFile(file),
    variables: readVariables(values.variables),
    operation: values.operation,
    sizes: new Map((values.devices ?? []).map(readSize)),
    json: values.json === true,
  };
}

/** `-` is what is typed, or piped in. */
function readFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new UsageError(`The file ${file} cannot be read.`);
  }
}

function readVariables(given: string | undefined): Readonly<Record<string, unknown>> {
  if (given === undefined) return {};
  try {
    const value: unknown = JSON.parse(given.startsWith('@') ? readFile(given.slice(1)) : given);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value));
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
  }
  throw new UsageError('--variables must be a JSON object, or @ and a file with one.');
}

function readSize(given: string): readonly [string, number] {
  const [, account, count] = /^([a-z0-9-]{1,32})=(\d{1,6})$/.exec(given) ?? [];
  if (account === undefined) throw new UsageError('--devices must look like rms=500.');
  return [account, Number(count)];
}

/** Without an account: those that the simulated vendors would have. */
function accountsOf(config: Config): readonly AccountConfig[] {
  if (!config.simulated) return config.accounts;
  const nowhere = 'http://127.0.0.1';
  const variables = {
    RMS_TOKEN: '-',
    RMS_BASE_URL: nowhere,
    REMOTEIT_DEVELOPER_KEY: '-',
    REMOTEIT_TOKEN: '-',
    REMOTEIT_BASE_URL: nowhere,
    EVERYWARE_API_KEY: '-',
    EVERYWARE_BASE_URL: nowhere,
  };
  return simulatedAccounts({ env: {}, variables, vendors: Object.values(vendors), limits: config.limits });
}

async function explain(args: readonly string[]): Promise<string> {
  const typed = readTyped(args);
  const cwd = process.cwd();
  const config = loadConfig({ env: readEnvironment(cwd), cwd, vendors: Object.values(vendors) });
  const { schema } = buildGraph();
  const fleet = new Fleet(accountsOf(config).map((account) => idleAccount(account, config, systemClock)));
  for (const key of typed.sizes.keys()) {
    const known = fleet.all().map((account) => account.key);
    if (!known.includes(key))
      throw new UsageError(`--devices: there is no account ${key}; known are ${known.join(', ')}.`);
  }
  const plans = new PlanService({
    fleet,
    clock: systemClock,
    cursors: new Cursors([randomBytes(32)]),
    ledgerIn: unknownLedger,
    sizes: typed.sizes,
  });
  const plan = await new Planner(schema, plans).planText(typed.document, {
    operationName: typed.operation,
    variables: typed.variables,
    principal: { subject: 'explain', scopes: new Set(SCOPES) },
  });
  return typed.json ? `${JSON.stringify(plan, null, 2)}\n` : planPage(plan);
}

explain(process.argv.slice(2)).then(
  (page) => process.stdout.write(page),
  (thrown: unknown) => {
    const problem =
      thrown instanceof ConfigError ? thrown.problems.join('\n') : String((thrown as Error).message);
    process.stderr.write(`${problem}\n`);
    process.exitCode = WRONG_USE;
  },
);
