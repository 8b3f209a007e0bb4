import { z } from 'zod';
import { anything, idText, instantOrNull, textOrNull, wholeNumberOrNull } from '../wire';

/** A list's envelope. OpenAPI requires `limitedExceeded`, which is a slip: the property is `limitExceeded`. */
export const listEnvelope = z.object({
  items: z.array(z.unknown()),
  limitExceeded: z.boolean().optional().catch(undefined),
  totalCount: wholeNumberOrNull,
});

/** An error's body. `httpErrorCode` is a text by its declaration and a number in the examples. */
export const exceptionInfo = z.object({
  kapuaErrorCode: z.string(),
  httpErrorCode: wholeNumberOrNull,
});

/** An id: base64url of a number, told apart by case. `AQ` is 1. */
export const ID = /^[A-Za-z0-9_=-]{1,64}$/;
const entityId = idText.refine((text) => ID.test(text), 'an id');
const entityIdOrNull = anything.transform((value) => {
  const parsed = entityId.safeParse(value);
  return parsed.success ? parsed.data : null;
});

/** A device's connection. Its `status` says whether the device is there; the device's own is an administrative one. */
export const connection = z.object({ status: textOrNull, modifiedOn: instantOrNull });

/** A connection that was asked for by its id, which tells it from whatever else may be answered. */
export const connectionById = connection.extend({ id: entityId });

/** A device. `connection` comes only where it is asked for, and then only where the device was ever connected. */
export const deviceRow = z.object({
  id: entityId,
  clientId: textOrNull,
  displayName: textOrNull,
  serialNumber: textOrNull,
  modelName: textOrNull,
  modelId: textOrNull,
  firmwareVersion: textOrNull,
  applicationIdentifiers: textOrNull,
  connectionId: entityIdOrNull,
  connection: connection.nullish().catch(undefined),
});
export type DeviceRow = z.infer<typeof deviceRow>;

const vpnClient = z.object({ connected: z.boolean(), ipAddress: textOrNull });

/** The state of a VPN client. OpenAPI's example of disconnecting wraps it in a stray `value`: both are taken. */
export const vpnClientStatus = z.union([
  vpnClient,
  z.object({ value: vpnClient }).transform(({ value }) => value),
]);

/** A VPN connection of the scope. Without `deviceId` it is a person's workstation. */
export const vpnConnectionRow = z.object({ deviceId: entityId.nullish(), inetAddress: textOrNull });

/** What a login or a refresh answers. The bearer is `tokenId`; `id` is that of the entity. */
export const accessToken = z.object({
  tokenId: z.string().min(1),
  expiresOn: instantOrNull,
  refreshToken: textOrNull,
  refreshExpiresOn: instantOrNull,
});
