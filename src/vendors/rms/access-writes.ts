import { DrawbridgeError } from '../../domain/errors';
import type { NewRemoteAccess, RemoteAccessChanges, RemoteAccessFacts } from '../../domain/remote-access';
import type { CallContext } from '../../transport/transport';
import type { DriverTools, RemoteAccessWrites, Step, WrittenAccess } from '../driver';
import { httpError } from '../errors';
import { listRemoteAccesses } from './accesses';
import { rmsCatalogue } from './catalogue';
import { type ChannelEnd, followChannel } from './channel';
import { lookFor } from './looks';
import { accessOf, numberOf } from './mapping';

/** Configuring remote accesses. RMS tells no id and no row: what came of a write is read back from the list. */
export function createAccessWrites(tools: DriverTools): RemoteAccessWrites {
  return {
    create: (access, context) => create(tools, access, context),
    update: (before, changes, context) => update(tools, { before, changes }, context),
    remove: (access, context) => remove(tools, access, context),
  };
}

async function create(
  tools: DriverTools,
  wanted: NewRemoteAccess,
  context: CallContext,
): Promise<Step<WrittenAccess>> {
  const { vendorDeviceId } = wanted;
  const endpoint = rmsCatalogue.createRemoteAccess;
  const answer = await tools.transport.send({ endpoint, json: { data: [newRow(wanted)] } }, context);
  const find = async (look: CallContext) => newest(await listed(tools, vendorDeviceId, look), wanted);
  return followChannel(tools, answer, {
    endpoint,
    deviceId: vendorDeviceId,
    ended: async (end, later) => {
      throwUnlessDone(end);
      return lookFor({ find, missed: () => end.failure ?? unlisted() }, later);
    },
    lost: (later) => lookFor({ find, missed: unheard }, later, 1),
  });
}

async function update(
  tools: DriverTools,
  { before, changes }: { readonly before: RemoteAccessFacts; readonly changes: RemoteAccessChanges },
  context: CallContext,
): Promise<Step<WrittenAccess>> {
  if (Object.keys(changes).length === 0) return { done: { access: before, listed: null } };
  const { deviceId, accessId } = accessOf(before.localId);
  const endpoint = rmsCatalogue.updateRemoteAccess;
  const answer = await tools.transport.send(
    { endpoint, params: { access_id: accessId }, json: toWire(changes) },
    context,
  );
  const find = async (look: CallContext) => {
    const all = await listed(tools, deviceId, look);
    const access = all.find(({ localId }) => localId === before.localId);
    return access !== undefined && shows(access, changes) ? { done: { access, listed: all } } : undefined;
  };
  return followChannel(tools, answer, {
    endpoint,
    deviceId,
    ended: async (end, later) => {
      throwUnlessDone(end);
      return lookFor({ find, missed: () => end.failure ?? ineffective('changed') }, later);
    },
    lost: (later) => lookFor({ find, missed: unheard }, later, 1),
  });
}

async function remove(
  tools: DriverTools,
  access: Pick<RemoteAccessFacts, 'localId'>,
  context: CallContext,
): Promise<Step<readonly RemoteAccessFacts[]>> {
  const { deviceId, accessId } = accessOf(access.localId);
  const endpoint = rmsCatalogue.deleteRemoteAccess;
  // One id a request: the server does not go through a list. Source: bNovate's RMS client.
  const answer = await tools.transport.send({ endpoint, json: { id: [numberOf(accessId)] } }, context);
  const find = async (look: CallContext) => {
    const left = await listed(tools, deviceId, look);
    return left.some(({ localId }) => localId === access.localId) ? undefined : { done: left };
  };
  // Whether one that is gone already is a 404 is not described: the list tells.
  if (answer.status === 404) return lookFor({ find, missed: () => httpError(answer, endpoint) }, context, 1);
  return followChannel(tools, answer, {
    endpoint,
    deviceId,
    ended: ({ failure, warned }, later) => {
      const missed = () => failure ?? ineffective('deleted');
      return lookFor({ find, missed }, later, failure === null || warned ? undefined : 1);
    },
    lost: (later) => lookFor({ find, missed: unheard }, later, 1),
  });
}

/** A failure is final; after a warning the list has to tell. */
function throwUnlessDone({ failure, warned }: ChannelEnd): void {
  if (failure !== null && !warned) throw failure;
}

async function listed(
  tools: DriverTools,
  deviceId: string,
  context: CallContext,
): Promise<readonly RemoteAccessFacts[]> {
  return (await listRemoteAccesses(tools, [deviceId], context)).get(deviceId) ?? [];
}

/** The protocol may be left out, which is not known of null. Source: RMS OpenAPI 3.0.0, POST /devices/remote-access. */
function newRow({ vendorDeviceId, protocol, ...rest }: NewRemoteAccess): Readonly<Record<string, unknown>> {
  return {
    device_id: numberOf(vendorDeviceId),
    ...toWire(protocol === 'OTHER' ? rest : { ...rest, protocol }),
    credentials_required: false,
  };
}

/** In the words of RMS: protocols in lower case. One that the graph has no word for is none. */
function toWire({ name, host, port, protocol }: RemoteAccessChanges): Readonly<Record<string, unknown>> {
  return {
    ...(name !== undefined && { name }),
    ...(host !== undefined && { destination_ip: host }),
    ...(port !== undefined && { destination_port: port }),
    ...(protocol !== undefined && { protocol: protocol === 'OTHER' ? null : protocol.toLowerCase() }),
  };
}

function shows(access: RemoteAccessFacts, wanted: RemoteAccessChanges): boolean {
  const { name = access.name, host = access.host, port = access.port, protocol = access.protocol } = wanted;
  return (
    access.name === name.trim() &&
    access.host === host &&
    access.port === port &&
    access.protocol === protocol
  );
}

/** Of several that are as wanted the one with the highest id, which is the newest. */
function newest(
  accesses: readonly RemoteAccessFacts[],
  wanted: NewRemoteAccess,
): { readonly done: WrittenAccess } | undefined {
  const idOf = ({ localId }: RemoteAccessFacts): number => Number(accessOf(localId).accessId);
  const [access] = accesses
    .filter((candidate) => shows(candidate, wanted))
    .sort((left, right) => idOf(right) - idOf(left));
  return access === undefined ? undefined : { done: { access, listed: accesses } };
}

/** Not to be tried again as it is: a second one may be made. */
function unlisted(): DrawbridgeError {
  const message = 'The vendor says that it made the remote access, and does not list it.';
  return new DrawbridgeError('VENDOR_UNAVAILABLE', message, { retryable: false });
}

function ineffective(what: string): DrawbridgeError {
  const message = `The vendor says that it ${what} the remote access, and lists it as before.`;
  return new DrawbridgeError('VENDOR_REJECTED', message);
}

function unheard(): DrawbridgeError {
  const message =
    'The vendor told nothing of what came of the change, and lists the remote accesses as before.';
  return new DrawbridgeError('VENDOR_UNAVAILABLE', message);
}
