import { DrawbridgeError } from '../../domain/errors';
import { type Outcome, settle, success } from '../../domain/outcome';
import type { VpnFacts } from '../../domain/vpn';
import type { CallContext } from '../../transport/transport';
import type { DriverTools, VpnReads } from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { everywareCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { toVpn } from './mapping';
import { listEnvelope, vpnClientStatus, vpnConnectionRow } from './wire';

const PAGE = 100;

/** A list that does not end by then is no answer: a device that is missing in it would look disconnected. */
const MOST_PAGES = 100;

type VpnStates = ReadonlyMap<string, Outcome<VpnFacts | null>>;

/** Where the states are read from. */
export interface VpnReadOptions {
  readonly scopeId: string;
  /** True: several devices are answered from the scope's list of connections. */
  readonly bulk: boolean;
}

/**
 * Reading of VPN states: one call a device, which the device itself answers; or, where the operator says that the
 * installation has it, one list for the scope. An installation that refuses the list is not asked for it again.
 */
export function createVpnReads(tools: DriverTools, options: VpnReadOptions): VpnReads {
  let bulk = options.bulk;
  return {
    wholeAccount: false,
    inBulk: (devices) => bulk && devices > 1,
    async status(ids, context) {
      if (bulk && ids.length > 1) {
        const states = await statesOfScope(tools, options.scopeId, ids, context);
        if (states !== undefined) return states;
        bulk = false;
      }
      return statesOfEach(tools, options.scopeId, ids, context);
    },
  };
}

async function statesOfEach(
  tools: DriverTools,
  scopeId: string,
  ids: readonly string[],
  context: CallContext,
): Promise<VpnStates> {
  const states = await Promise.all(
    ids.map(async (id) => [id, await settle(stateOf(tools, scopeId, id, context))] as const),
  );
  return new Map(states);
}

async function stateOf(
  tools: DriverTools,
  scopeId: string,
  deviceId: string,
  context: CallContext,
): Promise<VpnFacts | null> {
  const endpoint = everywareCatalogue.vpnStatus;
  const answer = await tools.transport.send({ endpoint, params: { scopeId, deviceId } }, context);
  try {
    assertSuccess(answer, endpoint);
  } catch (thrown) {
    // A device that went away, or that has no VPN, has no state; that is no error.
    if (thrown instanceof DrawbridgeError && ['DEVICE_OFFLINE', 'NOT_FOUND'].includes(thrown.code))
      return null;
    throw thrown;
  }
  return toVpn(parseEnvelope(vpnClientStatus, answer.body, 'a VPN state'));
}

/** Undefined where the installation has no such list, or does not show it to these credentials. */
async function statesOfScope(
  tools: DriverTools,
  scopeId: string,
  ids: readonly string[],
  context: CallContext,
): Promise<VpnStates | undefined> {
  const addresses = new Map<string, string | null>();
  for (let page = 0, offset = 0; page < MOST_PAGES; page += 1) {
    const rows = await pageOfScope(tools, { scopeId, offset, keys: ids.length }, context);
    if (rows === undefined) return undefined;
    for (const row of rows.items) {
      const parsed = parseRow(vpnConnectionRow, row, 'VPN connection', tools.dropped);
      if (parsed?.deviceId) addresses.set(parsed.deviceId, parsed.inetAddress);
    }
    if (rows.last) return new Map(ids.map((id) => [id, success(stateIn(addresses, id))]));
    offset += rows.items.length;
  }
  throw new DrawbridgeError('VENDOR_UNAVAILABLE', "The vendor's list of VPN connections does not end.");
}

async function pageOfScope(
  tools: DriverTools,
  request: { readonly scopeId: string; readonly offset: number; readonly keys: number },
  context: CallContext,
): Promise<{ readonly items: readonly unknown[]; readonly last: boolean } | undefined> {
  const endpoint = everywareCatalogue.listVpnConnections;
  const { scopeId, offset, keys } = request;
  const answer = await tools.transport.send(
    {
      endpoint,
      params: { scopeId },
      query: [
        ['limit', String(PAGE)],
        ['offset', String(offset)],
      ],
      keys,
    },
    context,
  );
  if (answer.status === 403 || answer.status === 404) return undefined;
  assertSuccess(answer, endpoint);
  const { items, limitExceeded } = parseEnvelope(listEnvelope, answer.body, 'VPN connections');
  return { items, last: items.length === 0 || !(limitExceeded ?? items.length >= PAGE) };
}

function stateIn(addresses: ReadonlyMap<string, string | null>, id: string): VpnFacts {
  const connected = addresses.has(id);
  return toVpn({ connected, ipAddress: addresses.get(id) ?? null });
}
