import { DrawbridgeError } from '../../domain/errors';
import type { OpenedLink } from '../../domain/link';
import type { VpnFacts } from '../../domain/vpn';
import type { CallContext } from '../../transport/transport';
import type { LinkWrites, Step } from '../driver';
import type { Tunnel } from './tunnel';

/**
 * A link is a lease on the device's VPN: Everyware Cloud knows neither links nor ends. All links of a device share
 * the one connection that it has.
 */
export function createLinkWrites(tunnel: Tunnel, now: () => number): LinkWrites {
  return {
    endsOnTime: false,
    listsOpen: true,
    // Whoever is in the VPN reaches the device.
    refuses: ({ allowedIp }) => (allowedIp === null ? undefined : 'ALLOWED_IP'),
    async found({ access: { vendorDeviceId } }, context) {
      const facts = await tunnel.state(vendorDeviceId, context);
      if (!facts.connected) return undefined;
      return toOpenedLink(vendorDeviceId, facts, { foundRunning: true, createdAt: new Date(now()) });
    },
    async open({ access: { vendorDeviceId } }, context) {
      const told = await tunnel.turn(vendorDeviceId, true, context);
      return mapStep(told, (facts) =>
        toOpenedLink(vendorDeviceId, facts, { foundRunning: false, createdAt: new Date(now()) }),
      );
    },
    async listed({ vendorDeviceId }, context) {
      const facts = await unlessGone(tunnel.state(vendorDeviceId, context));
      if (!facts?.connected) return [];
      return [toOpenedLink(vendorDeviceId, facts, { foundRunning: false, createdAt: null })];
    },
    close: ({ vendorDeviceId }, context) => closed(tunnel.turn(vendorDeviceId, false, context)),
  };
}

function toOpenedLink(
  vendorDeviceId: string,
  { ipAddress }: VpnFacts,
  known: Pick<OpenedLink, 'foundRunning' | 'createdAt'>,
): OpenedLink {
  return {
    vendorSessionId: null,
    connectionRef: vendorDeviceId,
    url: null,
    host: ipAddress,
    port: null,
    vendorEndsAt: null,
    ...known,
  };
}

/**
 * The device was told to connect: a look that is refused, also because the device is away, is no word on whether the
 * VPN comes up. Then nobody knows (VENDOR_UNAVAILABLE).
 */
function mapStep<T, U>(step: Step<T>, map: (done: T) => U): Step<U> {
  if ('done' in step) return { done: map(step.done) };
  const again = async (context: CallContext): Promise<Step<U>> => {
    try {
      return mapStep(await step.again(context), map);
    } catch (thrown) {
      const message = 'The device was told to connect its VPN, and cannot be asked whether it did.';
      throw new DrawbridgeError('VENDOR_UNAVAILABLE', message, { cause: thrown });
    }
  };
  return { afterMs: step.afterMs, again };
}

/** Done also where the device, and with it its VPN, does not exist any more. */
async function closed(turning: Promise<Step<VpnFacts>>): Promise<Step<null>> {
  const step = await unlessGone(turning);
  if (step === undefined || 'done' in step) return { done: null };
  return { afterMs: step.afterMs, again: (context: CallContext) => closed(step.again(context)) };
}

/** Undefined where the device does not exist. */
async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (thrown) {
    if (thrown instanceof DrawbridgeError && thrown.code === 'NOT_FOUND') return undefined;
    throw thrown;
  }
}
