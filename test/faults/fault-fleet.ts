import type { Account } from '../../src/accounts/account';
import { openTools } from '../../src/app';
import { openAccount } from '../../src/app-accounts';
import { loadConfig } from '../../src/config/load';
import type { Outcome } from '../../src/domain/outcome';
import type { Reading } from '../../src/domain/reading';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { openLogger } from '../../src/telemetry/logger';
import { NO_TRACING } from '../../src/telemetry/tracing';
import { vendors } from '../../src/vendors';
import { ManualClock } from '../support/manual-clock';
import { variablesOf } from '../support/service';

export type VendorName = 'rms' | 'remoteit' | 'everyware';
export const NAMES: readonly VendorName[] = ['everyware', 'remoteit', 'rms'];

/** Without an allowance nothing is counted. */
const NO_STORE = {} as Parameters<typeof openAccount>[1];

/** How many devices the simulated vendors have together. */
const DEVICES = 24;

/** The three vendors, and accounts at them that nothing has happened to yet. */
export interface FaultFleet {
  readonly simulators: Simulators;
  /** Of circuits, pauses and ages. */
  readonly clock: ManualClock;
  /** Of time limits: no try takes too long unless a test says so. */
  readonly limitClock: ManualClock;
  readonly account: Readonly<Record<VendorName, Account>>;
  /** The lines of the log since the accounts were opened. */
  readonly log: readonly string[];
  /** Opens the accounts anew, at other addresses where told; every vendor's faults and counts are cleared. */
  reopen(env?: Readonly<Record<string, string>>): Promise<void>;
  /** A read that asks the vendor now. */
  reading(): Reading;
  close(): Promise<void>;
}

export async function startFaultFleet(options: { readonly now?: () => number } = {}): Promise<FaultFleet> {
  const clock = new ManualClock();
  const limitClock = new ManualClock();
  const simulators = await startSimulators({
    devices: DEVICES,
    latencyMs: 0,
    now: options.now ?? (() => clock.now()),
  });
  let log: string[] = [];
  let accounts: readonly Account[] = [];
  const closeAccounts = () => Promise.all(accounts.map((account) => account.close()));
  const accountOf = (name: VendorName): Account => {
    const account = accounts.find(({ key }) => key === name);
    if (account === undefined) throw new Error(`${name} is not open`);
    return account;
  };
  return {
    simulators,
    clock,
    limitClock,
    account: {
      get rms() {
        return accountOf('rms');
      },
      get remoteit() {
        return accountOf('remoteit');
      },
      get everyware() {
        return accountOf('everyware');
      },
    },
    get log() {
      return log;
    },
    reopen: async (env = {}) => {
      await closeAccounts();
      for (const name of NAMES) {
        simulators[name].faults.clear();
        simulators[name].calls.reset();
      }
      const lines: string[] = [];
      log = lines;
      const config = loadConfig({
        env: { ...variablesOf(simulators), AUTH_DISABLED: '1', RMS_MONTHLY_CALLS: '0', ...env },
        cwd: '/',
        vendors: Object.values(vendors),
      });
      const destination = { write: (line: string) => lines.push(line) };
      const logger = openLogger({ level: 'info', pretty: false, destination });
      const tools = openTools({ config, logger, clock, limitClock, tracing: NO_TRACING, random: () => 0 });
      accounts = await Promise.all(config.accounts.map((account) => openAccount(account, NO_STORE, tools)));
    },
    reading: () => ({ startedAt: clock.monotonic(), maxAgeMs: 0, mayBeFresher: true }),
    close: async () => {
      await closeAccounts();
      await simulators.close();
    },
  };
}

/** What a read came to: `ok`, or the code of its error, or of the only one among its outcomes. */
export async function endOf(read: Promise<unknown>): Promise<string> {
  try {
    const answer = await read;
    if (!(answer instanceof Map)) return 'ok';
    const codes = new Set([...answer.values()].map((outcome: Outcome<unknown>) => codeOf(outcome)));
    return [...codes].join(' and ');
  } catch (thrown) {
    return codeOf({ ok: false, error: thrown as never });
  }
}

function codeOf(outcome: Outcome<unknown>): string {
  if (outcome.ok) return 'ok';
  const { code, source } = outcome.error;
  return source === undefined ? `${code} without a source` : code;
}
