import type { Answer, Call } from '../route';
import { integerList } from '../wire';
import { listMeta, wholeNumber } from './rms-device-routes';
import type { RmsKnobs } from './rms-knobs';
import type { RmsSession } from './rms-records';
import type { RmsState } from './rms-state';
import { accessRow, invalid, notFound, project, refuse, sessionRow } from './rms-wire';

/**
 * Answers GET /devices/remote-access: of a comma list of devices, of all without one. No paging is documented.
 * Source: RMS OpenAPI 3.0.0, GET /devices/remote-access.
 */
export function listAccesses(call: Call, state: RmsState, knobs: RmsKnobs): Answer {
  const { query } = call;
  const deviceIds = integerList(query.get('device_id'));
  const found =
    deviceIds.length === 0 ? state.accesses() : [...new Set(deviceIds)].flatMap((id) => state.accesses(id));
  const ordered = [...found].sort((left, right) => left.id - right.id);
  const offset = wholeNumber(query.get('offset'), 0) ?? 0;
  const shown =
    knobs.accessPageSize === null
      ? ordered
      : ordered.slice(
          offset,
          offset + Math.min(knobs.accessPageSize, wholeNumber(query.get('limit'), 10) ?? 10),
        );
  const data = shown.map((access) =>
    project(accessRow(access, state.device(access.deviceId)), query.get('fields')),
  );
  const body = { success: true, data };
  return {
    status: 200,
    json: knobs.accessListMeta ? { ...body, meta: listMeta(query, found.length, 'asc') } : body,
  };
}

/**
 * Answers GET /devices/connect/{access_id}/sessions, the newest first. `active` takes the words true and false.
 * Source: RMS OpenAPI 3.0.0, which types `data` as one object though it speaks of a list; both occur here.
 */
export function listSessions(call: Call, state: RmsState, knobs: RmsKnobs): Answer {
  const access = state.access(Number(call.params['access_id']));
  if (access === undefined) return notFound();
  const active = call.query.get('active');
  if (active !== null && active !== 'true' && active !== 'false') {
    return refuse(422, invalid('active', 'The active field must be true or false.'));
  }
  const device = state.device(access.deviceId);
  const rows = state
    .sessions(access.id)
    .filter((session) => active === null || state.isActive(session) === (active === 'true'))
    .sort((left, right) => right.id - left.id)
    .map((session) => sessionRow(session, sessionUrl(session, knobs), device));
  const asObject =
    knobs.singleSessionAsObject === 'always' ||
    (knobs.singleSessionAsObject === 'some' && access.id % 5 === 0);
  const data = rows.length === 1 && asObject ? rows[0] : rows;
  return { status: 200, json: { success: true, data, meta: listMeta(call.query, rows.length, 'desc') } };
}

/** A session's url as answered, with or without its scheme. */
export function sessionUrl(session: RmsSession, knobs: RmsKnobs): string {
  return knobs.urlScheme === 'https' ? `https://${session.host}` : session.host;
}
