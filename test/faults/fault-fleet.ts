import type { Account } from '../../src/accounts/account';
import { openTools } from '../../src/app';
import { openAccount } from '../../src/app-accounts';
import { loadConfig } from '../../src/config/load';
import type { ConfigurableVendor } from '../../src/config/settings';
import { asDrawbridgeError, type DrawbridgeError } from '../../src/domain/errors';
import type { Outcome } from '../../src/domain/outcome';
import type { Reading } from '../../src/domain/reading';
import type { EverywareKnobs } from '../../src/simulators/everyware/everyware-knobs';
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
  reopen(options?: ReopenOptions): Promise<void>;
  /** A read that asks the vendor now. */
  reading(): Reading;
  close(): Promise<void>;
}

/** What is not as usual. */
export interface ReopenOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether Everyware's list of VPN connections is used; no variable says so. Default: it is not. */
  readonly vpnBulk?: boolean;
  /** Where Everyware does not do what it does by default. */
  readonly everyware?: Partial<EverywareKnobs>;
}

export async function startFaultFleet(options: { readonly now?: () => number } = {}): Promise<FaultFleet> {
  const clock = new ManualClock();
  const limitClock = new ManualClock();
  const simulators = await startSimulators({
    devices: DEVICES,
    latencyMs: 0,
    now: options.now ?? (() => clock.now()),
  });
  const usualKnobs = { ...simulators.everyware.knobs };
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
    reopen: async ({ env = {}, vpnBulk = false, everyware = {} } = {}) => {
      await closeAccounts();
      for (const name of NAMES) {
        simulators[name].faults.clear();
        simulators[name].calls.reset();
      }
      Object.assign(simulators.everyware.knobs, usualKnobs, everyware);
      const lines: string[] = [];
      log = lines;
      const config = loadConfig({
        env: { ...variablesOf(simulators), AUTH_DISABLED: '1', RMS_MONTHLY_CALLS: '0', ...env },
        cwd: '/',
        vendors: [vendors.TELTONIKA_RMS, vendors.REMOTE_IT, everywareWith(vpnBulk)],
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

/** Everyware where the flag stands otherwise: no variable sets it. */
function everywareWith(vpnBulk: boolean): ConfigurableVendor {
  const { configuration, ...module } = vendors.EVERYWARE;
  const flag = { kind: 'flag', default: vpnBulk, example: 'true' } as const;
  const settings = { ...configuration.settings, vpnBulk: flag };
  return { ...module, configuration: { ...configuration, settings } };
}

/** What a read came to: `ok`, or the code of its error, or of the only one among its outcomes. */
export async function endOf(read: Promise<unknown>): Promise<string> {
  const ends = await endsOf(read);
  return [...new Set(ends.map((error) => (error === undefined ? 'ok' : codeOf(error))))].join(' and ');
}

/** What a read came to, as a caller is told: its code, and when it may be tried again. */
export interface Told {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
}

/** What a caller is told whose read came to an error; undefined where it came to an answer. */
export async function toldBy(read: Promise<unknown>): Promise<Told | undefined> {
  const told = (await endsOf(read)).map((error) => {
    if (error === undefined) return undefined;
    const { retryable, retryAfterSeconds } = error;
    return { code: codeOf(error), retryable, retryAfterSeconds };
  });
  for (const other of told) expect(other).toEqual(told[0]);
  return told[0];
}

/** Its error, or that of each of its outcomes; undefined where there is none. */
async function endsOf(read: Promise<unknown>): Promise<readonly (DrawbridgeError | undefined)[]> {
  try {
    const answer = await read;
    if (!(answer instanceof Map)) return [undefined];
    return [...answer.values()].map((outcome: Outcome<unknown>) => (outcome.ok ? undefined : outcome.error));
  } catch (thrown) {
    return [asDrawbridgeError(thrown)];
  }
}

function codeOf({ code, source }: DrawbridgeError): string {
  return source === undefined ? `${code} without a source` : code;
}

/** What devices, and what else was read, come to without the instants, which move with the clock. */
export function withoutInstants(answer: unknown): unknown {
  const text = JSON.stringify(answer instanceof Map ? [...answer] : answer);
  return JSON.parse(text.replace(/"(observedAt|checkedAt|askedAt|lastSeenAt)":"[^"]*"/g, '"$1":null'));
}

/** What the vendors' devices are told as, and at how many calls, while all is well. */
export class Neighbours {
  readonly #healthy = new Map<VendorName, { readonly answer: unknown; readonly calls: number }>();

  private constructor(private readonly fleet: FaultFleet) {}

  /** Learns how they are while all is well. */
  static async of(fleet: FaultFleet): Promise<Neighbours> {
    const neighbours = new Neighbours(fleet);
    await neighbours.#learn();
    return neighbours;
  }

  async #learn(): Promise<void> {
    await this.fleet.reopen();
    for (const name of NAMES) {
      const answer = withoutInstants(await this.#walk(name));
      this.#healthy.set(name, { answer, calls: this.#calls(name) });
    }
  }

  /** The others are told as if nothing had happened, at no call more. */
  async expectUnchanged(vendor: VendorName): Promise<void> {
    const names = NAMES.filter((name) => name !== vendor);
    const answers = await Promise.all(names.map((name) => this.#walk(name)));
    names.forEach((name, index) => {
      const { answer, calls } = this.#healthy.get(name) ?? {};
      expect(withoutInstants(answers[index])).toEqual(answer);
      expect([name, this.#calls(name)]).toEqual([name, calls]);
    });
  }

  #walk(name: VendorName): Promise<unknown> {
    return this.fleet.account[name].walk(this.fleet.reading());
  }

  #calls(name: VendorName): number {
    return this.fleet.simulators[name].calls.count();
  }
}
