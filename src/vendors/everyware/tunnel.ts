import { asDrawbridgeError } from '../../domain/errors';
import type { VpnFacts } from '../../domain/vpn';
import type { CallContext, VendorResponse } from '../../transport/transport';
import type { Endpoint } from '../catalogue';
import type { DriverTools, Step, VpnWrites } from '../driver';
import { parseEnvelope } from '../wire';
import { everywareCatalogue } from './catalogue';
import { assertSwitched, isUnknownPath } from './errors';
import { toVpn } from './mapping';
import { vpnClientStatus } from './wire';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 2_000;

/** Looks in a row that may fail for a passing trouble: each goes to the device and back. */
const MOST_FAILED = 3;

/** The VPN of a device. Every call goes to the device itself. Throws DEVICE_OFFLINE, NOT_FOUND or VENDOR_*. */
export interface Tunnel {
  /** How it is now. */
  state(deviceId: string, context: CallContext): Promise<VpnFacts>;
  /** Tells the device to connect or to disconnect. It answers before it has done so, so that it has to be watched. */
  turn(deviceId: string, on: boolean, context: CallContext): Promise<Step<VpnFacts>>;
}

/** The VPNs of one scope's devices. */
export function createTunnel(tools: DriverTools, scopeId: string): Tunnel {
  const send = (endpoint: Endpoint, deviceId: string, context: CallContext): Promise<VendorResponse> =>
    tools.transport.send({ endpoint, params: { scopeId, deviceId } }, context);
  const read = (answer: VendorResponse, endpoint: Endpoint): VpnFacts => {
    assertSwitched(answer, endpoint);
    return toVpn(parseEnvelope(vpnClientStatus, answer.body, 'a VPN state'));
  };
  const state = async (deviceId: string, context: CallContext): Promise<VpnFacts> => {
    const endpoint = everywareCatalogue.vpnStatus;
    return read(await send(endpoint, deviceId, context), endpoint);
  };
  const connect = async (deviceId: string, context: CallContext): Promise<VpnFacts> => {
    const endpoint = everywareCatalogue.connectVpn;
    return read(await send(endpoint, deviceId, context), endpoint);
  };
  const disconnect = async (deviceId: string, context: CallContext): Promise<VpnFacts> => {
    const endpoint = everywareCatalogue.disconnectVpn;
    const answer = await send(endpoint, deviceId, context);
    if (!isUnknownPath(answer)) return read(answer, endpoint);
    // The documentation and the OpenAPI description spell it differently; what is not known has done nothing.
    const printed = everywareCatalogue.disconnectVpnAsPrinted;
    return read(await send(printed, deviceId, context), printed);
  };
  return {
    state,
    async turn(deviceId, on, context) {
      const told = on ? await connect(deviceId, context) : await disconnect(deviceId, context);
      return watch({ look: (later) => state(deviceId, later), on, looks: 0, failed: 0 }, told);
    },
  };
}

interface Watch {
  readonly look: (context: CallContext) => Promise<VpnFacts>;
  readonly on: boolean;
  readonly looks: number;
  readonly failed: number;
}

/** Done once it is as it should be; `facts` undefined: the look failed. */
function watch(watched: Watch, facts: VpnFacts | undefined): Step<VpnFacts> {
  if (facts?.connected === watched.on) return { done: facts };
  const looks = watched.looks + 1;
  return {
    afterMs: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * looks),
    again: async (context) => {
      try {
        return watch({ ...watched, looks, failed: 0 }, await watched.look(context));
      } catch (thrown) {
        const { code, retryable } = asDrawbridgeError(thrown);
        const failed = watched.failed + 1;
        if (!retryable || code === 'DEVICE_OFFLINE' || failed >= MOST_FAILED) throw thrown;
        return watch({ ...watched, looks, failed }, undefined);
      }
    },
  };
}

/** Bringing a device's VPN up and down. */
export function createVpnWrites(tunnel: Tunnel): VpnWrites {
  return {
    connect: (deviceId, context) => tunnel.turn(deviceId, true, context),
    disconnect: (deviceId, context) => tunnel.turn(deviceId, false, context),
  };
}
