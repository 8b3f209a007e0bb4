import type { Prng } from '../prng';
import { compareValues } from '../wire';
import { drawId, encodeId } from './everyware-ids';
import type {
  EverywareConnection,
  EverywareConnectionStatus,
  EverywareDevice,
  EverywareTunnel,
} from './everyware-records';

/** The truth at Everyware Cloud, for one scope. */
export class EverywareState {
  #devices = new Map<string, EverywareDevice>();
  /** By device, or for a person's workstation by its own id. */
  #tunnels = new Map<string, EverywareTunnel>();
  #ordered: readonly EverywareDevice[] | undefined;
  #lastNumber = 0;

  constructor(
    readonly now: () => number,
    private readonly prng: Prng,
    /** The id of the account's own scope. */
    readonly scopeId: string,
  ) {}

  /** All devices by ascending client id. */
  devices(): readonly EverywareDevice[] {
    this.#ordered ??= [...this.#devices.values()].sort((left, right) =>
      compareValues(left.clientId, right.clientId),
    );
    return this.#ordered;
  }

  device(id: string): EverywareDevice | undefined {
    return this.#devices.get(id);
  }

  /** Adds a device; what is left out is made up as a gateway that is connected and has the VPN client. */
  addDevice(device: Partial<EverywareDevice> = {}): EverywareDevice {
    this.#lastNumber += 1;
    const added = { ...blankDevice(this.#lastNumber, this.now()), ...device };
    this.#devices.set(added.id, added);
    this.#ordered = undefined;
    return added;
  }

  updateDevice(id: string, change: Partial<Omit<EverywareDevice, 'id'>>): EverywareDevice {
    const device = this.device(id);
    if (device === undefined) throw new Error(`the simulated Everyware Cloud has no device ${id}`);
    const updated = { ...device, ...change };
    this.#devices.set(id, updated);
    this.#ordered = undefined;
    return updated;
  }

  /** Removes a device with its tunnel. */
  removeDevice(id: string): void {
    this.#devices.delete(id);
    this.#tunnels.delete(id);
    this.#ordered = undefined;
  }

  /** Puts the state of a device's connection, as of now; without being connected its tunnel is gone. */
  setConnection(id: string, status: EverywareConnectionStatus): void {
    const now = this.now();
    const before = this.device(id)?.connection ?? {
      id: drawId(this.prng),
      clientIp: 'tcp://172.21.0.1:59596',
      createdOn: now,
    };
    this.updateDevice(id, { connection: { ...before, status, modifiedOn: now } });
    if (status !== 'CONNECTED') this.disconnectVpn(id);
  }

  /** Connects a device to the cloud or takes it off. */
  setOnline(id: string, online: boolean): void {
    this.setConnection(id, online ? 'CONNECTED' : 'DISCONNECTED');
  }

  isOnline(id: string): boolean {
    return this.device(id)?.connection?.status === 'CONNECTED';
  }

  /** All connections, by the order of their devices. */
  connections(): readonly { readonly connection: EverywareConnection; readonly device: EverywareDevice }[] {
    return this.devices().flatMap((device) =>
      device.connection === null ? [] : [{ connection: device.connection, device }],
    );
  }

  /** The tunnels that are up, the oldest first. */
  tunnels(): readonly EverywareTunnel[] {
    return [...this.#tunnels.values()].filter((tunnel) => tunnel.upAt <= this.now());
  }

  /** A device's tunnel, up or on its way; none where it is down. */
  tunnel(deviceId: string): EverywareTunnel | undefined {
    return this.#tunnels.get(deviceId);
  }

  isVpnUp(deviceId: string): boolean {
    const tunnel = this.tunnel(deviceId);
    return tunnel !== undefined && tunnel.upAt <= this.now();
  }

  /** Brings a device's tunnel up after a delay (default none); one that is up or on its way stays as it is. */
  connectVpn(deviceId: string, delayMs = 0): EverywareTunnel {
    const present = this.tunnel(deviceId);
    if (present !== undefined) return present;
    const tunnel = this.#drawTunnel({ deviceId, userId: null, delayMs });
    this.#tunnels.set(deviceId, tunnel);
    return tunnel;
  }

  /** Lets a person's workstation join the VPN: a row of the scope-wide list that is no device. */
  addWorkstation(): EverywareTunnel {
    const tunnel = this.#drawTunnel({ deviceId: null, userId: drawId(this.prng), delayMs: 0 });
    this.#tunnels.set(tunnel.id, tunnel);
    return tunnel;
  }

  /** Takes a device's tunnel down. */
  disconnectVpn(deviceId: string): void {
    this.#tunnels.delete(deviceId);
  }

  #drawTunnel(of: {
    readonly deviceId: string | null;
    readonly userId: string | null;
    readonly delayMs: number;
  }): EverywareTunnel {
    const { prng } = this;
    const startedAt = this.now();
    return {
      id: drawId(prng),
      deviceId: of.deviceId,
      userId: of.userId,
      ipAddress: `10.200.${prng.int(0, 254)}.${prng.int(2, 254)}`,
      startedAt,
      upAt: startedAt + of.delayMs,
    };
  }
}

function blankDevice(number: number, now: number): EverywareDevice {
  return {
    id: encodeId(BigInt(4_000_000 + number)),
    clientId: `gateway-${String(number).padStart(5, '0')}`,
    displayName: null,
    status: 'ENABLED',
    connection: {
      id: encodeId(BigInt(8_000_000 + number)),
      status: 'CONNECTED',
      clientIp: 'tcp://172.21.0.1:59596',
      createdOn: now,
      modifiedOn: now,
    },
    serialNumber: `SN${number}`,
    modelId: 'reliagate-10-14',
    modelName: 'ReliaGATE 10-14',
    firmwareVersion: '4.2.1',
    biosVersion: 'N/A',
    osVersion: '5.15.71',
    connectionInterface: 'eth0 (00:60:0C:00:00:01)',
    connectionIp: '192.168.2.10',
    applicationIdentifiers: 'PROV-V2DEPLOY-V2VPNCLIENT-V2CONF-V1CMD-V1',
    tagIds: [],
    createdOn: now,
    modifiedOn: now,
  };
}
