import { z } from 'zod';
import { idText, instantOrNull, portOrNull, textOrNull, validDate, wholeNumberOrNull } from '../wire';

/** Success is the text "true"; a JSON boolean is taken too. Source: remoteit/sdk-go, contracts/constants.go. */
const yes = z.union([z.literal('true'), z.literal(true)]);

/** The whole account. `length` and `cache_expires` stand beside the rows and are not needed. */
export const listEnvelope = z.object({ status: yes, devices: z.array(z.unknown()) });

/**
 * An answer that says no, at whatever HTTP status: any word but "true". `reason` is prose with a number in brackets,
 * `code` a word that is often missing. Source: remoteit/sdk-go, contracts/constants.go.
 */
export const refusal = z.object({
  status: z.union([z.boolean(), z.string()]).refine((status) => String(status) !== 'true'),
  reason: textOrNull,
  code: textOrNull,
});

/**
 * The answer to a login. The documented form has `token`, that of older clients `auth_token`; `auth_expiration` (Unix
 * seconds) is not documented and often there. Source: remoteit/docs, authentication.md; mhutchie/remoteit-api-clients.
 */
export const loginAnswer = z
  .object({ status: yes, token: textOrNull, auth_token: textOrNull, auth_expiration: wholeNumberOrNull })
  .transform((answer) => ({
    token: answer.token ?? answer.auth_token,
    expiresAt: answer.auth_expiration === null ? null : validDate(new Date(answer.auth_expiration * 1000)),
  }))
  .refine((answer): answer is { token: string; expiresAt: Date | null } => answer.token !== null, 'a token');

/** What a connection may tell; beside the first three fields nothing is documented. */
const connection = z.object({
  connectionid: textOrNull,
  expirationsec: wholeNumberOrNull,
  proxy: textOrNull,
  proxyExpirationSec: wholeNumberOrNull,
  proxyURL: textOrNull,
  proxyserver: textOrNull,
  proxyport: portOrNull,
  proxyServerPort: portOrNull,
  filteredIP: textOrNull,
  status: textOrNull,
});
export type Connection = z.infer<typeof connection>;

/**
 * The answer to a connect. `expirationsec` and `proxyport` are texts with digits; the id stands in the connection, at
 * the root, or in both, and is all that is needed to end it, whatever else can be read.
 * Sources: remoteit/docs, connect.md; remoteit/sdk-go, contracts/proxy.go.
 */
export const connectAnswer = z
  .object({ status: yes, connection: connection.catch(connection.parse({})), connectionid: textOrNull })
  .transform((answer) => ({
    ...answer.connection,
    id: answer.connection.connectionid ?? answer.connectionid,
  }))
  .refine((answer): answer is Connection & { id: string } => answer.id !== null, 'a connection id');

/**
 * The answer to a connect that is not through yet. Which connection it will be may be told already.
 * Source: remoteit/sdk-go, contracts/constants.go, which has the word and no more.
 */
export const pendingAnswer = z
  .object({
    status: z.literal('pending'),
    connection: connection.catch(connection.parse({})).optional(),
    connectionid: textOrNull,
  })
  .transform((answer) => ({ id: answer.connection?.connectionid ?? answer.connectionid }));

/** The answer to a stop; the id that it repeats is not needed. */
export const stopAnswer = z.object({ status: yes });

/** An address: eight bytes in hexadecimal with colons today. Nothing here depends on more than that it is one word. */
export const ADDRESS = /^[0-9a-z][0-9a-z:._-]{0,127}$/i;

/** A row of the list. Times have a numeric offset and none to three digits behind the second. */
export const deviceRow = z.object({
  deviceaddress: idText.refine((text) => ADDRESS.test(text), 'an address'),
  devicealias: textOrNull,
  devicetype: textOrNull,
  devicestate: textOrNull,
  servicetitle: textOrNull,
  lastcontacted: instantOrNull,
});
export type DeviceRow = z.infer<typeof deviceRow>;
