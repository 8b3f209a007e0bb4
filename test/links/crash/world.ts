import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Simulators, startSimulators } from '../../../src/simulators/simulators';
import { ask, Launcher, type ServiceProcess } from '../../e2e/service-process';
import { PostgresUnderTest } from '../../stores/postgres-under-test';
import { variablesOf } from '../../support/service';

/** How many times faster time runs for the service and its vendors. */
export const SPEED = Number(process.env['CRASH_SPEED'] ?? 5);

/**
 * Simulated vendors, and services that are started on the same store one after the other as processes: SQLite, or a
 * database of their own on the server of TEST_DATABASE_URL.
 */
export class World {
  readonly #launcher = new Launcher();
  readonly #since = Date.now();
  #postgres: PostgresUnderTest | undefined;
  #simulators: Simulators | undefined;
  #folder = '';

  async begin(): Promise<this> {
    this.#simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => this.now() });
    this.#folder = await this.#launcher.folder();
    const server = process.env['TEST_DATABASE_URL'];
    if (server !== undefined) this.#postgres = await new PostgresUnderTest(server).begin();
    return this;
  }

  get simulators(): Simulators {
    if (this.#simulators === undefined) throw new Error('the world has not begun');
    return this.#simulators;
  }

  /** The time in this world, in milliseconds since 1970. */
  now(): number {
    return this.#since + (Date.now() - this.#since) * SPEED;
  }

  /** Lets time pass: other processes are watched here, and there is no clock of theirs to move. */
  async pass(ms: number): Promise<void> {
    await after(ms / SPEED);
  }

  /** Waits until something is so; false where it is not within a time. */
  async until(what: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
    const end = this.now() + withinMs;
    while (!(await what())) {
      if (this.now() > end) return false;
      await this.pass(250);
    }
    return true;
  }

  /** Starts the service, and answers once it is ready. */
  async launch(): Promise<RunningService> {
    const service = await this.#launcher.launch({
      folder: this.#folder,
      env: {
        ...variablesOf(this.simulators),
        AUTH_DISABLED: '1',
        // The address that says in which of two databases a process works is the first thing to look at.
        ...(this.#postgres === undefined ? {} : { DATABASE_URL: this.#postgres.url }),
        NODE_OPTIONS: `--require ${path.join(__dirname, 'fast-time.cjs')}`,
        FAST_TIME_SPEED: String(SPEED),
        FAST_TIME_SINCE: String(this.#since),
      },
    });
    return new RunningService(service, await service.ready(), this.now());
  }

  async end(): Promise<void> {
    await this.#launcher.cleanUp();
    await this.#simulators?.close();
    await this.#postgres?.end();
  }
}

/** A session as the ledger tells it. */
export interface Row {
  readonly id: string;
  readonly status: string;
  readonly createdBy: string | null;
  readonly expiresAt: string | null;
  readonly remoteAccess: { readonly id: string } | null;
  readonly device: { readonly id: string } | null;
}

const ROW = 'id status createdBy expiresAt remoteAccess { id } device { id }';

/** One process of the service. */
export class RunningService {
  constructor(
    private readonly process: ServiceProcess,
    private readonly url: string,
    /** When it was ready, in the time of its world. */
    readonly readyAt: number,
  ) {}

  /** What it warned of, for whoever has to find out what went wrong. */
  get warnings(): readonly string[] {
    return this.process.lines
      .filter((line) => line['level'] === 40 || line['level'] === 'warn')
      .map((line) => JSON.stringify(line));
  }

  async kill(): Promise<void> {
    await this.process.stop('SIGKILL');
  }

  /** The session that a mutation answers; undefined where there is no answer, or an error. */
  async session(mutation: string): Promise<Row | undefined> {
    try {
      const { data } = await ask<Record<string, { session: Row } | null> | null>(
        this.url,
        `mutation { ${mutation} { session { ${ROW} } } }`,
      );
      return Object.values(data ?? {})[0]?.session;
    } catch {
      // The process was killed before it had answered.
      return undefined;
    }
  }

  /** What the ledger knows of devices, without asking a vendor. */
  async known(devices: readonly string[]): Promise<readonly Row[]> {
    const ids = devices.map((id) => `"${id}"`).join(', ');
    const { data } = await ask<{ sessions: { nodes: readonly Row[] } }>(
      this.url,
      `{ sessions(first: 500, filter: { device: [${ids}] }) { nodes { ${ROW} } } }`,
    );
    return data.sessions.nodes;
  }

  /** Reads devices with their links afresh, so that what their vendor lists is in the ledger. */
  async read(devices: readonly string[]): Promise<void> {
    const ids = devices.map((id) => `"${id}"`).join(', ');
    const answer = await ask(
      this.url,
      `{ nodes(ids: [${ids}]) { ... on Device { remoteAccesses { id } sessions(active: false) { id } } } }`,
      { headers: { 'cache-control': 'no-cache' } },
    );
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  }
}
