import type { RmsAccess, RmsDevice, RmsSession, RmsVpn } from './rms-records';

const KEPT_ENDED_SESSIONS = 100;

interface DueWork {
  readonly at: number;
  readonly run: () => void;
}

/** The truth at RMS. Every reader first lets the asynchronous writes take effect that are due by the clock. */
export class RmsState {
  #devices = new Map<number, RmsDevice>();
  #accesses = new Map<number, RmsAccess>();
  #accessesByDevice = new Map<number, Set<number>>();
  #sessions = new Map<number, RmsSession>();
  #sessionsByAccess = new Map<number, Set<number>>();
  #vpns = new Map<number, RmsVpn>();
  #ordered: readonly RmsDevice[] | undefined;
  #due: DueWork[] = [];
  #lastId = { device: 70_800, access: 62_300, session: 480_100 };

  constructor(readonly now: () => number) {}

  /** All devices by ascending id. */
  devices(): readonly RmsDevice[] {
    this.settle();
    this.#ordered ??= [...this.#devices.values()].sort((left, right) => left.id - right.id);
    return this.#ordered;
  }

  device(id: number): RmsDevice | undefined {
    this.settle();
    return this.#devices.get(id);
  }

  /** Adds a device; what is left out is made up, without an id it gets the next one. */
  addDevice(device: Partial<RmsDevice> = {}): RmsDevice {
    const id = device.id ?? this.#lastId.device + 1;
    this.#lastId.device = Math.max(this.#lastId.device, id);
    const added = { ...blankDevice(id, this.now()), ...device, id };
    this.#devices.set(id, added);
    this.#ordered = undefined;
    return added;
  }

  updateDevice(id: number, change: Partial<Omit<RmsDevice, 'id'>>): RmsDevice {
    const updated = { ...this.#known(this.device(id), 'device', id), ...change };
    this.#devices.set(id, updated);
    this.#ordered = undefined;
    return updated;
  }

  /** Removes a device with its remote accesses, sessions and VPN. */
  removeDevice(id: number): void {
    for (const access of this.accesses(id)) this.removeAccess(access.id);
    this.#devices.delete(id);
    this.#vpns.delete(id);
    this.#ordered = undefined;
  }

  /** Takes a device offline, as heard of just now, or brings it back. */
  setOnline(id: number, online: boolean): void {
    this.updateDevice(id, { status: online ? 1 : 0, lastConnectionAt: this.now() });
  }

  /** The remote accesses of a device, or all, by ascending id. */
  accesses(deviceId?: number): readonly RmsAccess[] {
    this.settle();
    if (deviceId === undefined) return [...this.#accesses.values()];
    return pickKnown(this.#accessesByDevice.get(deviceId), this.#accesses);
  }

  access(id: number): RmsAccess | undefined {
    this.settle();
    return this.#accesses.get(id);
  }

  /** Adds a remote access; what is left out is that of a router's web page. */
  addAccess(access: Partial<Omit<RmsAccess, 'id'>> & Pick<RmsAccess, 'deviceId'>): RmsAccess {
    this.#lastId.access += 1;
    const added = { ...blankAccess(this.now()), ...access, id: this.#lastId.access };
    this.#accesses.set(added.id, added);
    addTo(this.#accessesByDevice, added.deviceId, added.id);
    return added;
  }

  updateAccess(id: number, change: Partial<Omit<RmsAccess, 'id' | 'deviceId'>>): RmsAccess {
    const updated = { ...this.#known(this.access(id), 'remote access', id), ...change };
    this.#accesses.set(id, updated);
    return updated;
  }

  /** Removes a remote access with its sessions. */
  removeAccess(id: number): void {
    for (const session of this.sessions(id)) this.#sessions.delete(session.id);
    const access = this.access(id);
    if (access !== undefined) this.#accessesByDevice.get(access.deviceId)?.delete(id);
    this.#sessionsByAccess.delete(id);
    this.#accesses.delete(id);
  }

  /** The sessions of a remote access, or all, running or over, by ascending id. */
  sessions(accessId?: number): readonly RmsSession[] {
    this.settle();
    if (accessId === undefined) return [...this.#sessions.values()];
    return pickKnown(this.#sessionsByAccess.get(accessId), this.#sessions);
  }

  /** The sessions that have not reached their end. */
  activeSessions(accessId?: number): readonly RmsSession[] {
    return this.sessions(accessId).filter((session) => this.isActive(session));
  }

  isActive(session: RmsSession): boolean {
    return session.endTime * 1000 > this.now();
  }

  session(id: number): RmsSession | undefined {
    this.settle();
    return this.#sessions.get(id);
  }

  /** Adds a session, as if made elsewhere; without an end it runs for half an hour. */
  addSession(session: Partial<Omit<RmsSession, 'id'>> & Pick<RmsSession, 'accessId'>): RmsSession {
    this.#lastId.session += 1;
    const added = { ...blankSession(this.#lastId.session, this.now()), ...session, id: this.#lastId.session };
    this.#sessions.set(added.id, added);
    addTo(this.#sessionsByAccess, added.accessId, added.id);
    this.#forgetOldest(added.accessId);
    return added;
  }

  /** Changes a session, for instance moves its end. */
  updateSession(id: number, change: Partial<Omit<RmsSession, 'id' | 'accessId'>>): RmsSession {
    const updated = { ...this.#known(this.session(id), 'session', id), ...change };
    this.#sessions.set(id, updated);
    return updated;
  }

  /** Closes a session now; one that is over stays as it is. */
  endSession(id: number): void {
    const session = this.session(id);
    if (session !== undefined && this.isActive(session)) {
      this.updateSession(id, { endTime: Math.floor(this.now() / 1000) });
    }
  }

  /** The L2TP rows, in the order in which they were put. */
  vpns(): readonly RmsVpn[] {
    return [...this.#vpns.values()];
  }

  vpn(deviceId: number): RmsVpn | undefined {
    return this.#vpns.get(deviceId);
  }

  /** Puts a device's L2TP instances; an empty list leaves a row without instances, null takes the row away. */
  setVpn(deviceId: number, instances: RmsVpn['instances'] | null): void {
    if (instances === null) this.#vpns.delete(deviceId);
    else this.#vpns.set(deviceId, { deviceId, instances, updatedAt: this.now() });
  }

  /** Lets every L2TP instance of a device run or rest. */
  setVpnRunning(deviceId: number, isRunning: boolean): void {
    const instances = this.vpn(deviceId)?.instances ?? [];
    this.setVpn(
      deviceId,
      instances.map((instance) => ({ ...instance, isRunning })),
    );
  }

  /** Lets something take effect at an instant; at once where it has passed. */
  later(at: number, run: () => void): void {
    if (at <= this.now()) run();
    else this.#due.push({ at, run });
  }

  /** Lets everything take effect that is due. */
  settle(): void {
    if (this.#due.length === 0) return;
    const now = this.now();
    const due = this.#due.filter((work) => work.at <= now).sort((left, right) => left.at - right.at);
    this.#due = this.#due.filter((work) => work.at > now);
    for (const work of due) work.run();
  }

  #forgetOldest(accessId: number): void {
    const ended = this.sessions(accessId).filter((session) => !this.isActive(session));
    for (const session of ended.slice(0, Math.max(0, ended.length - KEPT_ENDED_SESSIONS))) {
      this.#sessions.delete(session.id);
      this.#sessionsByAccess.get(accessId)?.delete(session.id);
    }
  }

  #known<T>(value: T | undefined, what: string, id: number): T {
    if (value === undefined) throw new Error(`the simulated RMS has no ${what} ${id}`);
    return value;
  }
}

function addTo(index: Map<number, Set<number>>, key: number, id: number): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function pickKnown<T>(ids: ReadonlySet<number> | undefined, rows: ReadonlyMap<number, T>): readonly T[] {
  return [...(ids ?? [])].map((id) => rows.get(id)).filter((row) => row !== undefined);
}

function blankDevice(id: number, now: number): Omit<RmsDevice, 'id'> {
  return {
    companyId: 7034,
    companyName: 'Northwind Utilities',
    name: `Router ${id}`,
    description: '',
    serial: String(1_100_000_000 + id),
    mac: `001E42${id.toString(16).toUpperCase().padStart(6, '0').slice(-6)}`.replace(/..(?=.)/g, '$&:'),
    model: 'RUTX11',
    firmware: 'RUTX_R_00.07.06.10',
    status: 1,
    lastConnectionAt: now,
    createdAt: now,
    wanIp: '0.0.0.0',
    mobileIp: '',
    imei: '',
    iccid: null,
    operator: null,
    connectionType: null,
    tags: [],
  };
}

function blankAccess(now: number): Omit<RmsAccess, 'id' | 'deviceId'> {
  return {
    name: 'Router_WebUI',
    destinationIp: '192.168.1.1',
    destinationPort: 443,
    protocol: 'https',
    isMain: false,
    credentialsRequired: false,
    tags: [],
    createdAt: now,
  };
}

function blankSession(id: number, now: number): Omit<RmsSession, 'id' | 'accessId'> {
  const startTime = Math.floor(now / 1000);
  return {
    startTime,
    endTime: startTime + 1800,
    host: `${id.toString(16).padStart(14, '0')}.proxy1-connect.rms.teltonika-networks.com`,
    inputData: 0,
    outputData: null,
    username: null,
    email: 'ops@northwind.example',
  };
}
