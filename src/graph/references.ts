import { badInput } from '../domain/errors';
import { formatId, parseId } from '../domain/ids';
import type { RemoteAccess } from '../domain/remote-access';
import type { GraphContext } from './context';
import { deviceOf } from './device-of';
import type { ReferenceResolver } from './federation';

type Reference = Readonly<Record<string, unknown>>;

/** How the things that a router knows by their keys are found; malformed keys are BAD_USER_INPUT, unknown ones null. */
export const references: Readonly<Record<string, ReferenceResolver>> = {
  Device: (reference: Reference, { loaders }: GraphContext) =>
    loaders.device(parseId(deviceId(reference), 'device')),
  RemoteAccess: (reference: Reference, context: GraphContext) =>
    reference['id'] === undefined
      ? remoteAccessByName(reference, context)
      : context.loaders.remoteAccess(parseId(text(reference, 'id'), 'access')),
  Session: (reference: Reference, { loaders }: GraphContext) =>
    loaders.session(parseId(text(reference, 'id'), 'session')),
};

const KEY_ONLY: ReadonlySet<string> = new Set();

/** Names are unique among the ways into a device. The device itself is not read for it. */
async function remoteAccessByName(reference: Reference, context: GraphContext): Promise<RemoteAccess | null> {
  const { device } = reference;
  if (typeof device !== 'object' || device === null) throw badKey('device');
  const id = deviceId(device as Reference);
  parseId(id, 'device');
  const name = text(reference, 'name');
  const accesses = await context.loaders.remoteAccessesOf(
    await deviceOf({ deviceId: id }, KEY_ONLY, context),
  );
  return accesses.find((access) => access.name === name) ?? null;
}

/** The id of a device from either of its keys. */
function deviceId(reference: Reference): string {
  if (reference['id'] !== undefined) return text(reference, 'id');
  return formatId(text(reference, 'account'), 'device', text(reference, 'vendorDeviceId'));
}

function text(reference: Reference, key: string): string {
  const value = reference[key];
  if (typeof value === 'string') return value;
  throw badKey(key);
}

function badKey(key: string): Error {
  return badInput(
    `A representation carries the fields of one of its keys; ${key} is missing, or not what it should be.`,
  );
}
