import type { CallContext } from '../../transport/transport';
import type { AccountSettings, DevicePage, DeviceRecord, Driver, DriverTools } from '../driver';
import { parseEnvelope, parseRow } from '../wire';
import { remoteitActions, remoteitCatalogue } from './catalogue';
import { assertSuccess } from './errors';
import { createLinkWrites } from './links';
import { addressKey, toCapabilities, toDevice, toRemoteAccesses } from './mapping';
import { ADDRESS, deviceRow, listEnvelope } from './wire';

/**
 * The driver of one remote.it account. One call lists everything there is to read: rows are services, which are their
 * own way in. The REST API has no look-up by id, lists no connections and knows no VPN state.
 */
export function createRemoteitDriver(settings: AccountSettings, tools: DriverTools): Driver {
  return {
    listsWholeAccount: true,
    statusFilters: [],
    hasTags: false,
    deviceKey: (id) => (ADDRESS.test(id) ? addressKey(id) : undefined),
    listDevices: (_, context) => listDevices(tools, context),
    links: createLinkWrites(settings, tools),
    actionCosts: remoteitActions,
  };
}

async function listDevices(tools: DriverTools, context: CallContext): Promise<DevicePage> {
  const endpoint = remoteitCatalogue.listDevices;
  const answer = await tools.transport.send({ endpoint }, context);
  assertSuccess(answer, endpoint);
  const { devices } = parseEnvelope(listEnvelope, answer.body, 'the device list');
  return { rows: devices.map((row) => toRecord(tools, row)), total: devices.length, last: true };
}

function toRecord(tools: DriverTools, row: unknown): DeviceRecord | undefined {
  const parsed = parseRow(deviceRow, row, 'device', tools.dropped);
  if (parsed === undefined) return undefined;
  return {
    facts: toDevice(parsed),
    capabilities: toCapabilities(parsed),
    accesses: toRemoteAccesses(parsed),
    vpnAnswers: false,
  };
}
