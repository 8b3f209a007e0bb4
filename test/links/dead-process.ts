import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatId } from '../../src/domain/ids';
import type { LinkRecord } from '../../src/domain/session';
import type { IntentDetail } from '../../src/services/link-tools';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { openStore } from '../../src/stores/open';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService, variablesOf } from '../support/service';
import { dataOf, hurry, type Moved, pass, readLink, until } from './asking';

/** What a process has left open at a way in. */
interface LeftOpen {
  readonly access: string;
  readonly device: string;
  readonly durationSeconds?: number;
  readonly detail?: Partial<IntentDetail>;
  readonly askedSecondsAgo?: number;
  readonly leasedSeconds?: number;
}

/**
 * What a process left open that died is in the store: here it is written there by hand, and the service is started.
 * test/links/crash kills real processes instead.
 */
export class DeadProcess {
  readonly clock = new ManualClock();
  #simulators: Simulators | undefined;
  #service: TestService | undefined;
  #folder = '';

  async begin(): Promise<this> {
    const { clock } = this;
    this.#folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
    this.#simulators = await startSimulators({ devices: 3, latencyMs: 0, now: () => clock.now() });
    this.#simulators.everyware.knobs.connectAnswersUp = true;
    hurry(this.#simulators);
    return this;
  }

  async end(): Promise<void> {
    await this.#service?.close();
    await this.#simulators?.close();
    await rm(this.#folder, { recursive: true });
  }

  get simulators(): Simulators {
    if (this.#simulators === undefined) throw new Error('it has not begun');
    return this.#simulators;
  }

  get databaseUrl(): string {
    return `file:${path.join(this.#folder, 'links.db')}`;
  }

  get moved(): Moved {
    return { simulators: this.simulators, clock: this.clock };
  }

  /** Starts the service on the store. */
  async start(): Promise<TestService> {
    const env = { ...variablesOf(this.simulators), DATABASE_URL: this.databaseUrl };
    this.#service = await startTestService({ clock: this.clock, env, simulators: { devices: 3 } });
    return this.#service;
  }

  /** Lets time pass until something is so. */
  async passUntil(what: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
    await pass(this.moved, seconds, what);
    await until(what, 2);
  }

  /** What an operation answers for which time has to pass. */
  async inTime<T>(operation: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    operation.then(done, done);
    await pass(this.moved, 60, () => isDone);
    return operation;
  }

  /** The PENDING session of an intent that a process has left in the store; its id. */
  async leave(left: LeftOpen): Promise<string> {
    const { access, device, durationSeconds = 600, detail, askedSecondsAgo = 60, leasedSeconds = 0 } = left;
    const account = access.split(':')[0] ?? '';
    const askedAt = new Date(this.clock.now() - askedSecondsAgo * 1000);
    const session: LinkRecord = {
      ...blankLink(account, askedAt, durationSeconds),
      deviceId: device,
      remoteAccessId: access,
    };
    const store = await openStore({ databaseUrl: this.databaseUrl });
    await store.intents.begin(
      {
        id: session.id,
        subject: 'ana',
        action: 'createLink',
        idempotencyKey: null,
        inputDigest: '',
        account,
        sessionId: session.id,
        detail: JSON.stringify({
          durationSeconds,
          allowedIp: null,
          port: null,
          access: access.slice(`${account}:access:`.length),
          create: null,
          toldAt: null,
          ...detail,
        }),
        askedAt,
        settledAt: null,
      },
      session,
      new Date(this.clock.now() + leasedSeconds * 1000),
    );
    await store.close();
    return session.id;
  }

  async statusOf(id: string): Promise<string | undefined> {
    return this.#service === undefined ? undefined : (await readLink(this.#service, id))?.status;
  }

  isSettled(id: string): () => Promise<boolean> {
    return async () => (await this.statusOf(id)) !== 'PENDING';
  }

  /** Every session of a device, as a read finds them that asks its vendor. */
  async sessionsOf(graph: TestService, device: string): Promise<readonly { readonly id: string }[]> {
    const read = await graph.query<{ device: { sessions: { id: string }[] } }>(
      'query ($id: ID!) { device(id: $id) { sessions(active: false) { id } } }',
      { variables: { id: device }, headers: { 'cache-control': 'no-cache' } },
    );
    return dataOf(read).device.sessions;
  }
}

const VENDORS = { rms: 'TELTONIKA_RMS', everyware: 'EVERYWARE', remoteit: 'REMOTE_IT' } as const;

/** A PENDING link of an account that nothing is known of. */
export function blankLink(account: string, askedAt: Date, durationSeconds: number): LinkRecord {
  return {
    id: formatId(account, 'session', 'g-left'),
    account,
    vendor: account === 'rms' || account === 'everyware' ? VENDORS[account] : VENDORS.remoteit,
    deviceId: '',
    remoteAccessId: null,
    vendorRef: null,
    connectionRef: null,
    foundRunning: false,
    endOwed: false,
    accessOwed: false,
    allowedIp: null,
    url: null,
    host: null,
    port: null,
    status: 'PENDING',
    createdAt: askedAt,
    expiresAt: new Date(askedAt.getTime() + durationSeconds * 1000),
    createdBy: 'ana',
    reason: null,
    observedAt: askedAt,
  };
}
