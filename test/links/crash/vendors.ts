import type { FaultRule } from '../../../src/simulators/faults';
import type { Simulators } from '../../../src/simulators/simulators';
import { addGateway, addRouter, addService } from '../asking';

/** What a caller does while the process is killed. `openAndMake`: openAccess where no way in fits. */
export type Deed = 'createLink' | 'openAccess' | 'openAndMake' | 'closeSession';

/** A device that callers open links into, and the truth about it at its vendor. */
export interface Place {
  readonly device: string;
  readonly access: string;
  /** True where the vendor's connection was up before any link of the graph. */
  readonly wasUp: boolean;
  /** How many connections the vendor holds open into it just now. */
  held(): number;
  /** How many links its vendor has ever made; undefined where links share a connection. */
  links?(): number;
  /** The ways in that it has beyond those that it had. */
  made(): number;
  /** The calls of one route that are about this place; {}: its calls cannot be told apart. */
  calls(route: string): Pick<FaultRule, 'pathIncludes' | 'bodyIncludes'>;
}

/** How a vendor takes part. */
export interface VendorUnderTest {
  readonly key: 'rms' | 'remoteit' | 'everyware';
  readonly deeds: readonly Deed[];
  /** The vendor's calls of a deed, in order: the process can be killed at each. */
  steps(deed: Deed): readonly string[];
  /** The service on the device that openAccess asks for, as GraphQL. */
  wanted(deed: Deed): string;
  addPlace(simulators: Simulators, deed: Deed, wasUp: boolean): Place;
  /** Lets the vendor take its time, in milliseconds, for what it does later. */
  pace(simulators: Simulators, ms: number): void;
}

const CHANNEL = 'GET /status/channel/{channel}';
const SESSIONS = 'GET /devices/connect/{access_id}/sessions';
const OPEN_RMS = ['POST /devices/connect/{access_id}', CHANNEL, SESSIONS];

export const RMS: VendorUnderTest = {
  key: 'rms',
  deeds: ['createLink', 'openAccess', 'openAndMake', 'closeSession'],
  steps: (deed) => {
    if (deed === 'closeSession') return ['DELETE /devices/connect/sessions/{session_id}', CHANNEL, SESSIONS];
    if (deed !== 'openAndMake') return OPEN_RMS;
    const making = ['POST /devices/remote-access', CHANNEL, 'GET /devices/remote-access'];
    return [...making, ...OPEN_RMS, 'DELETE /devices/remote-access'];
  },
  wanted: (deed) =>
    deed === 'openAndMake' ? 'protocol: VNC, host: "192.168.1.20"' : 'protocol: HTTPS, host: "192.168.1.1"',
  addPlace: (simulators) => {
    const { state } = simulators.rms;
    const { device, access, deviceId, accessId } = addRouter(simulators);
    const accesses = () => state.accesses(deviceId);
    return {
      device,
      access,
      wasUp: false,
      held: () => accesses().flatMap(({ id }) => state.activeSessions(id)).length,
      links: () => accesses().flatMap(({ id }) => state.sessions(id)).length,
      made: () => accesses().length - 1,
      calls: (route) => {
        if (route.includes('{access_id}')) return { pathIncludes: `/devices/connect/${accessId}` };
        if (route === 'POST /devices/remote-access') return { bodyIncludes: `"device_id":${deviceId},` };
        if (route === 'GET /devices/remote-access') return { pathIncludes: String(deviceId) };
        return {};
      },
    };
  },
  pace: ({ rms }, ms) => {
    Object.assign(rms.knobs, { channelDelayMs: ms, channelSteps: 1, channelNotFoundPolls: ms > 0 ? 1 : 0 });
  },
};

export const REMOTEIT: VendorUnderTest = {
  key: 'remoteit',
  deeds: ['createLink', 'openAccess', 'closeSession'],
  steps: (deed) => [deed === 'closeSession' ? 'POST /device/connect/stop' : 'POST /device/connect'],
  wanted: () => 'protocol: SSH',
  addPlace: (simulators) => {
    const { device, access, address } = addService(simulators);
    return {
      device,
      access,
      wasUp: false,
      held: () => simulators.remoteit.state.connections(address).length,
      made: () => 0,
      calls: () => ({ bodyIncludes: address }),
    };
  },
  pace: () => {},
};

const VPN = '/{scopeId}/devices/{deviceId}/vpn';

export const EVERYWARE: VendorUnderTest = {
  key: 'everyware',
  deeds: ['createLink', 'openAccess', 'closeSession'],
  steps: (deed) =>
    deed === 'closeSession'
      ? [`POST ${VPN}/_disconnect`, `GET ${VPN}`]
      : [`GET ${VPN}`, `POST ${VPN}/_connect`, `GET ${VPN}`],
  wanted: () => 'protocol: SSH, port: 22',
  addPlace: (simulators, _, wasUp) => {
    const { device, access, id } = addGateway(simulators);
    const { state } = simulators.everyware;
    if (wasUp) state.connectVpn(id);
    return {
      device,
      access,
      wasUp,
      held: () => (state.isVpnUp(id) ? 1 : 0),
      made: () => 0,
      calls: () => ({ pathIncludes: id }),
    };
  },
  pace: ({ everyware }, ms) => {
    Object.assign(everyware.knobs, { tunnelDelayMs: ms });
  },
};
