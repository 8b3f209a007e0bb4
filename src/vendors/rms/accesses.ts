import type { RemoteAccessFacts } from '../../domain/remote-access';
import type { CallContext } from '../../transport/transport';
import type { DriverTools } from '../driver';
import { parseRow } from '../wire';
import { rmsCatalogue } from './catalogue';
import { toRemoteAccess } from './mapping';
import { allRows, pageFrom } from './rows';
import { remoteAccessRow } from './wire';

/** The ways in of up to a hundred devices, by device. Rows of other devices, and rows that come twice, are left out. */
export async function listRemoteAccesses(
  tools: DriverTools,
  ids: readonly string[],
  context: CallContext,
): Promise<ReadonlyMap<string, readonly RemoteAccessFacts[]>> {
  const wanted = new Set(ids);
  const found = new Map<string, RemoteAccessFacts[]>();
  const seen = new Set<string>();
  const endpoint = rmsCatalogue.listRemoteAccesses;
  const rows = allRows(tools, { endpoint, what: 'remote accesses', keys: ids.length }, context, (offset) => [
    ['device_id', ids.join(',')],
    // No paging of this list is documented: it is asked for only where rows are missing.
    ...(offset === 0 ? [] : pageFrom(offset, endpoint.batch)),
  ]);
  for await (const row of rows) {
    const parsed = parseRow(remoteAccessRow, row, 'remote access', tools.dropped);
    // Rows of devices that nobody asked for, and rows that come twice, are left out.
    if (parsed === undefined || !wanted.has(parsed.device_id) || seen.has(parsed.id)) continue;
    seen.add(parsed.id);
    const access = toRemoteAccess(parsed);
    const others = found.get(access.vendorDeviceId);
    if (others === undefined) found.set(access.vendorDeviceId, [access]);
    else others.push(access);
  }
  return found;
}
