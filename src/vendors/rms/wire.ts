import { z } from 'zod';
import { anything, idText, portOrNull, textOrNull, truth, validDate, wholeNumberOrNull } from '../wire';

/**
 * A list's envelope. `meta` is missing in the OpenAPI example of some lists, and there in reality; whatever else
 * stands in its place costs the total, not the list.
 */
export const listEnvelope = z.object({
  success: z.literal(true).optional(),
  data: z.array(z.unknown()),
  meta: z.object({ total: wholeNumberOrNull.optional() }).nullish().catch(null),
});

/**
 * The envelope of the session list: OpenAPI types `data` as one object, though its text says list; real answers hold
 * an array. Source: RMS OpenAPI 3.0.0, GET /devices/connect/{access_id}/sessions.
 */
export const sessionEnvelope = z.object({
  success: z.literal(true).optional(),
  data: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((one) => [one])]),
});

/** An error's envelope; `success: false` is a failure also where the status is 200. */
export const errorEnvelope = z.object({
  success: z.literal(false),
  errors: z
    .array(z.object({ source: textOrNull }).catch({ source: null }))
    .optional()
    .catch([]),
});

/**
 * The answer to a write: where to ask how it goes, and no id of what it makes. What was done at once, as some writes
 * are, is a success without a channel.
 */
export const channelEnvelope = z.union([
  z.object({
    success: z.literal(true).optional(),
    meta: z.object({ channel: z.string().min(1).max(300) }),
  }),
  z.object({ success: z.literal(true), meta: z.undefined().optional() }),
]);

/** A channel that is not there yet, or no longer: flat, unlike every other error. Source: bNovate's RMS client. */
export const channelNotFound = z.object({ code: z.literal('CHANNEL_NOT_FOUND') });

/** The updates by device id; an empty list (as PHP writes an empty object) stands for none. */
export const channelUpdates = z.object({
  data: z.union([z.record(z.string(), z.unknown()), z.tuple([]).transform(() => ({}))]),
});

/** An error code that may be shown: a number or one short word. */
const errorCode = textOrNull.transform((text) => (text !== null && /^-?\w{1,40}$/.test(text) ? text : null));

/**
 * One update. The word is `status` or `response_state`, the code `errorCode` or, in OpenAPI, `errorcode`; `value` is
 * prose and never shown. Sources: RMS OpenAPI 3.0.0, BaseResponseModel; teltonika_rms for Home Assistant, api.py.
 */
export const channelUpdate = z
  .object({
    status: textOrNull,
    response_state: textOrNull,
    value: textOrNull,
    errorCode,
    errorcode: errorCode,
    link: textOrNull,
  })
  .transform((row) => ({
    word: row.status ?? row.response_state,
    value: row.value,
    code: row.errorCode ?? row.errorcode,
    link: row.link,
  }));
export type ChannelUpdate = z.infer<typeof channelUpdate>;

/** An instant as `2026-01-23 04:56:07`, without a zone and meant in UTC, or as ISO 8601. */
const plainInstant = anything.transform((value) => {
  if (typeof value !== 'string' || value === '') return null;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`;
  return validDate(new Date(zoned));
});

/** Unix seconds, as a number or a text; null where there is none. */
const unixSeconds = wholeNumberOrNull.transform((seconds) =>
  seconds === null ? null : validDate(new Date(seconds * 1000)),
);

/** A device row. `status` is 0, 1, 2 or null here, while the filter of the same name takes words. */
export const deviceRow = z.object({
  id: idText,
  name: textOrNull,
  serial: textOrNull,
  mac: textOrNull,
  model: textOrNull,
  firmware: textOrNull,
  status: wholeNumberOrNull,
  last_connection_at: plainInstant,
  tags: z
    .array(z.object({ name: z.string() }).nullable().catch(null))
    .nullish()
    .catch(null)
    .transform((tags) => (tags ?? []).flatMap((tag) => (tag === null ? [] : [tag.name]))),
});
export type DeviceRow = z.infer<typeof deviceRow>;

/** A remote access row. Ports come as texts ("443"), `protocol` and `destination_ip` may be null, `is_main` is 0 or 1. */
export const remoteAccessRow = z.object({
  id: idText,
  device_id: idText,
  name: textOrNull,
  destination_ip: textOrNull,
  destination_port: portOrNull,
  protocol: textOrNull,
  is_main: truth,
});
export type RemoteAccessRow = z.infer<typeof remoteAccessRow>;

/** A session row. It names neither its remote access nor its device; `ttl` is left out, as its meaning is uncertain. */
export const sessionRow = z.object({
  id: idText,
  url: textOrNull,
  start_time: unixSeconds,
  end_time: unixSeconds,
});
export type SessionRow = z.infer<typeof sessionRow>;

/** An L2TP state row: a device may have several VPN instances. */
export const vpnRow = z.object({
  device_id: idText,
  data: z
    .union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((one) => [one])])
    .nullish()
    .transform((instances) => instances ?? []),
});

/** One VPN instance of a device. */
export const vpnInstance = z.object({ is_running: anything, ip: textOrNull });
