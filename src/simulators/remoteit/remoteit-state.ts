import type { Prng } from '../prng';
import { isWeb, type RemoteitConnection, type RemoteitRow } from './remoteit-records';

/** The truth at remote.it. Addresses are matched without regard to case. */
export class RemoteitState {
  #rows = new Map<string, RemoteitRow>();
  #connections = new Map<string, RemoteitConnection>();
  #tokens = new Map<string, number>();
  #lastNumber = 0;

  constructor(
    readonly now: () => number,
    private readonly prng: Prng,
  ) {}

  /** All rows in the order in which they were added. */
  rows(): readonly RemoteitRow[] {
    return [...this.#rows.values()];
  }

  row(address: string): RemoteitRow | undefined {
    return this.#rows.get(address.toLowerCase());
  }

  /** Adds a row; what is left out is made up as an SSH service that is online. */
  addRow(row: Partial<RemoteitRow> = {}): RemoteitRow {
    this.#lastNumber += 1;
    const added = { ...blankRow(this.#lastNumber, this.now()), ...row };
    this.#rows.set(added.address.toLowerCase(), added);
    return added;
  }

  updateRow(address: string, change: Partial<Omit<RemoteitRow, 'address'>>): RemoteitRow {
    const row = this.row(address);
    if (row === undefined) throw new Error(`the simulated remote.it has no row ${address}`);
    const updated = { ...row, ...change };
    this.#rows.set(address.toLowerCase(), updated);
    return updated;
  }

  /** Removes a row and ends its connections. */
  removeRow(address: string): void {
    for (const connection of this.connections(address)) this.endConnection(connection.id);
    this.#rows.delete(address.toLowerCase());
  }

  /** Takes a row offline, as heard of just now, which ends its connections, or brings it back. */
  setOnline(address: string, online: boolean): void {
    this.updateRow(address, { state: online ? 'active' : 'inactive', lastContacted: this.now() });
    if (online) return;
    for (const connection of this.connections(address)) this.endConnection(connection.id);
  }

  /** The running connections of a row, or all, the oldest first. */
  connections(address?: string): readonly RemoteitConnection[] {
    return [...this.#connections.values()].filter(
      (connection) =>
        connection.endsAt > this.now() &&
        (address === undefined || connection.address.toLowerCase() === address.toLowerCase()),
    );
  }

  /** A connection, running or over. */
  connection(id: string): RemoteitConnection | undefined {
    return this.#connections.get(id);
  }

  /** Starts a connection, as a connect does; without a lifetime it lasts eight hours. */
  startConnection(
    address: string,
    options: { readonly lifetimeSeconds?: number; readonly filteredIp?: string } = {},
  ): RemoteitConnection {
    const row = this.row(address);
    if (row === undefined) throw new Error(`the simulated remote.it has no row ${address}`);
    this.#forgetOver();
    const started = this.#newConnection(row, options);
    this.#connections.set(started.id, started);
    return started;
  }

  /** Ends a connection now. */
  endConnection(id: string): void {
    const connection = this.connection(id);
    if (connection !== undefined && connection.endsAt > this.now()) {
      this.#connections.set(id, { ...connection, endsAt: this.now() });
    }
  }

  /** Makes a token that lives until the instant. */
  issueToken(until: number): string {
    const token = this.prng.hex(32);
    this.#tokens.set(token, until);
    return token;
  }

  /** Whether a token lives. */
  accepts(token: string): boolean {
    return (this.#tokens.get(token) ?? 0) > this.now();
  }

  /** Lets every token expire now. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  #newConnection(
    row: RemoteitRow,
    options: { readonly lifetimeSeconds?: number; readonly filteredIp?: string },
  ): RemoteitConnection {
    const { prng } = this;
    const web = isWeb(row);
    return {
      id: prng.uuid().toUpperCase(),
      address: row.address,
      sessionId: prng.hex(40),
      startedAt: this.now(),
      endsAt: this.now() + (options.lifetimeSeconds ?? 28_800) * 1000,
      proxyHost: web
        ? `${prng.text('abcdefghijklmnopqrstuvwxyz', 9)}.p${prng.int(1, 40)}.rt3.io`
        : `proxy${prng.int(1, 60)}.rt3.io`,
      proxyPort: web ? null : prng.int(30_000, 39_999),
      filteredIp: web ? 'none' : (options.filteredIp ?? 'none'),
    };
  }

  /** What is over for a day is forgotten, and so are tokens that have expired. */
  #forgetOver(): void {
    const oldest = this.now() - 86_400_000;
    for (const [id, connection] of this.#connections) {
      if (connection.endsAt >= oldest) break;
      this.#connections.delete(id);
    }
    for (const [token, until] of this.#tokens) {
      if (until <= this.now()) this.#tokens.delete(token);
    }
  }
}

function blankRow(number: number, now: number): RemoteitRow {
  const tail = number
    .toString(16)
    .toUpperCase()
    .padStart(6, '0')
    .replace(/..(?=.)/g, '$&:');
  return {
    address: `80:00:00:7F:FE:${tail}`,
    alias: `Service ${number}`,
    owner: 'ops@northwind.example',
    title: 'SSH',
    applicationType: 28,
    port: 22,
    state: 'active',
    lastIp: '203.0.113.9',
    internalIp: '10.0.0.2',
    region: 'Europe',
    lastContacted: now,
    createdAt: now,
    shared: 'not-shared',
    offsetMinutes: 0,
    fractionDigits: 0,
  };
}
