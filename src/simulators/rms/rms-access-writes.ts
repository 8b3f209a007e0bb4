import { isIPv4 } from 'node:net';
import type { Prng } from '../prng';
import type { Answer, Call } from '../route';
import { asList, asObject } from '../wire';
import { sessionUrl } from './rms-access-reads';
import { NO_DEVICE, type RmsChannels, type RmsOutcome, type RmsWork } from './rms-channels';
import type { RmsKnobs } from './rms-knobs';
import type { RmsAccess } from './rms-records';
import type { RmsState } from './rms-state';
import { invalid, notFound, type RmsError, refuse } from './rms-wire';

/** What the writes work with. */
interface RmsWriteParts {
  readonly state: RmsState;
  readonly knobs: RmsKnobs;
  readonly channels: RmsChannels;
  readonly prng: Prng;
}

type Fields = Readonly<Record<string, unknown>>;

const GONE: RmsOutcome = { ok: false, value: 'Object does not exist.', code: -97 };
const OFFLINE: RmsOutcome = { ok: false, value: 'Device is offline.', code: -4 };

/**
 * Answers POST /devices/remote-access: 201 with a channel and without the new ids. Source: RMS OpenAPI 3.0.0.
 * That an unknown device is refused at once and not in the channel is a guess.
 */
export function createAccesses(call: Call, parts: RmsWriteParts): Answer {
  const items = asList(asObject(call.body)['data']).map(asObject);
  if (items.length === 0) return refuse(422, invalid('data', 'The data field is required.'));
  const errors = items.flatMap((item, index) =>
    accessErrors(item, { parts, prefix: `data.${index}.`, isNew: true }),
  );
  if (errors.length > 0) return refuse(422, ...errors);
  const works = items.map((item): RmsWork => {
    const deviceId = Number(item['device_id']);
    return {
      key: String(deviceId),
      run: () => {
        const problem = deviceProblem(deviceId, parts);
        if (problem !== undefined) return problem;
        parts.state.addAccess({ deviceId, protocol: null, ...accessChange(item) });
        return { ok: true, value: 'Remote access created.' };
      },
    };
  });
  return parts.channels.open(201, works);
}

/** Answers PUT /devices/remote-access/{access_id}; all fields are optional. Source: RMS OpenAPI 3.0.0. */
export function updateAccess(call: Call, parts: RmsWriteParts): Answer {
  const access = parts.state.access(Number(call.params['access_id']));
  if (access === undefined) return notFound();
  const fields = asObject(call.body);
  const errors = accessErrors(fields, { parts, prefix: '', isNew: false });
  if (errors.length > 0) return refuse(422, ...errors);
  const run = (): RmsOutcome => {
    if (parts.state.access(access.id) === undefined) return GONE;
    const problem = deviceProblem(access.deviceId, parts);
    if (problem !== undefined) return problem;
    parts.state.updateAccess(access.id, accessChange(fields));
    return { ok: true, value: 'Remote access updated.' };
  };
  return parts.channels.open(200, [{ key: String(access.deviceId), run }]);
}

/**
 * Answers DELETE /devices/remote-access with a body. RMS OpenAPI 3.0.0 declares a list of ids; a public client in
 * production reports that the server does not loop over it, so only the first is handled.
 */
export function deleteAccesses(call: Call, parts: RmsWriteParts): Answer {
  const ids = asList(asObject(call.body)['id']).filter((id) => typeof id === 'number');
  if (ids.length === 0) return refuse(422, invalid('id', 'The id field is required.'));
  const handled = parts.knobs.deleteHandlesAll ? ids : ids.slice(0, 1);
  const works = handled.map((id): RmsWork => {
    const access = parts.state.access(id);
    return {
      key: access === undefined ? NO_DEVICE : String(access.deviceId),
      run: () => deleteOne(id, parts),
    };
  });
  return parts.channels.open(200, works);
}

/** Answers POST /devices/connect/{access_id}: the link comes through the channel. Source: RMS OpenAPI 3.0.0, rms_connect. */
export function startSession(call: Call, parts: RmsWriteParts): Answer {
  const access = parts.state.access(Number(call.params['access_id']));
  if (access === undefined) return notFound();
  const duration = asObject(call.body)['duration'];
  if (typeof duration !== 'number' || !Number.isInteger(duration) || duration < 10) {
    return refuse(422, invalid('duration', 'The duration must be an integer of at least 10.'));
  }
  const run = (): RmsOutcome => {
    const { state, prng } = parts;
    if (state.access(access.id) === undefined) return GONE;
    if (state.device(access.deviceId)?.status !== 1) return OFFLINE;
    const startTime = Math.floor(state.now() / 1000);
    const host = `${prng.hex(14)}.proxy${prng.int(1, 4)}-connect.rms.teltonika-networks.com`;
    const session = state.addSession({ accessId: access.id, startTime, endTime: startTime + duration, host });
    return { ok: true, value: 'Link is ready.', link: sessionUrl(session, parts.knobs) };
  };
  return parts.channels.open(200, [{ key: String(access.deviceId), run }]);
}

/** Answers DELETE /devices/connect/sessions/{session_id}; one that is over is closed once more without complaint. */
export function stopSession(call: Call, parts: RmsWriteParts): Answer {
  const session = parts.state.session(Number(call.params['session_id']));
  const access = session && parts.state.access(session.accessId);
  if (session === undefined || access === undefined) return notFound();
  const run = (): RmsOutcome => {
    parts.state.endSession(session.id);
    return { ok: true, value: 'Session closed.' };
  };
  return parts.channels.open(200, [{ key: String(access.deviceId), run }]);
}

function deleteOne(id: number, parts: RmsWriteParts): RmsOutcome {
  const access = parts.state.access(id);
  if (access === undefined) return GONE;
  if (access.isMain) return { ok: false, value: 'Main access cannot be deleted.', code: -12 };
  const problem = deviceProblem(access.deviceId, parts);
  if (problem !== undefined) return problem;
  parts.state.removeAccess(id);
  return { ok: true, value: 'Remote access deleted.' };
}

function deviceProblem(deviceId: number, { state, knobs }: RmsWriteParts): RmsOutcome | undefined {
  const device = state.device(deviceId);
  if (device === undefined) return GONE;
  return knobs.accessWritesNeedOnline && device.status !== 1 ? OFFLINE : undefined;
}

interface Check {
  readonly parts: RmsWriteParts;
  readonly prefix: string;
  readonly isNew: boolean;
}

function accessErrors(fields: Fields, { parts, prefix, isNew }: Check): readonly RmsError[] {
  const { knobs, state } = parts;
  const errors: RmsError[] = [];
  const check = (name: string, required: boolean, isValid: (value: unknown) => boolean): void => {
    const value = fields[name];
    if (value === undefined || value === null) {
      if (required && isNew) errors.push(invalid(`${prefix}${name}`, `The ${name} field is required.`));
    } else if (!isValid(value)) {
      errors.push(invalid(`${prefix}${name}`, `The ${name} is invalid.`));
    }
  };
  check('device_id', true, (value) => typeof value === 'number' && state.device(value) !== undefined);
  check('name', true, (value) => isName(value, knobs));
  check('destination_ip', true, (value) => typeof value === 'string' && isIPv4(value));
  check('destination_port', true, isPort);
  check('protocol', false, (value) => knobs.protocols.some((protocol) => protocol === value));
  check('credentials_required', false, (value) => typeof value === 'boolean' || value === 0 || value === 1);
  return errors;
}

function isName(value: unknown, knobs: RmsKnobs): boolean {
  if (typeof value !== 'string' || value.length < 3 || value.length > 50) return false;
  return !knobs.strictNames || /^[\p{L}\p{N}_-]+$/u.test(value);
}

/** Typed integer, yet with the bounds of a string's length, in RMS OpenAPI 3.0.0: digits in a string pass too. */
function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function accessChange(fields: Fields): Partial<Omit<RmsAccess, 'id' | 'deviceId'>> {
  const { name, destination_ip: ip, destination_port: port, protocol, credentials_required: locked } = fields;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof ip === 'string' && { destinationIp: ip }),
    ...(port !== undefined && port !== null && { destinationPort: Number(port) }),
    ...(typeof protocol === 'string' ? { protocol } : protocol === null && { protocol: null }),
    ...(locked !== undefined && locked !== null && { credentialsRequired: Boolean(locked) }),
  };
}
