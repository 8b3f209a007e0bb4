import type { Answer, Call } from '../route';
import { decodeId } from './everyware-ids';
import type { EverywareReadParts } from './everyware-lists';
import { hasVpnClient } from './everyware-records';
import { entityNotFound, refuse, unknownPath } from './everyware-wire';

/** Answers GET /{scopeId}/devices/{deviceId}/vpn. Source: Everyware Cloud docs, Device VPN Connections. */
export function readVpn(call: Call, parts: EverywareReadParts): Answer {
  const id = call.params['deviceId'] ?? '';
  return problem(id, parts) ?? vpnAnswer(id, parts);
}

/**
 * Answers POST /{scopeId}/devices/{deviceId}/vpn/_connect. It only tells the device to connect, so the answer may come
 * before the tunnel is up. Source: Everyware Cloud docs, Device VPN Connections.
 */
export function connectVpn(call: Call, parts: EverywareReadParts): Answer {
  const id = call.params['deviceId'] ?? '';
  const refused = problem(id, parts);
  if (refused !== undefined) return refused;
  const { state, knobs } = parts;
  const wasUp = state.isVpnUp(id);
  state.connectVpn(id, knobs.tunnelDelayMs);
  return wasUp || knobs.connectAnswersUp ? vpnAnswer(id, parts) : downAnswer();
}

/**
 * Answers POST /{scopeId}/devices/{deviceId}/vpn/_disconnect. Everyware Cloud OpenAPI 6.0.8 spells it so, the docs page
 * on Device VPN Connections prints `_discconect`; a knob decides which of the two exists.
 */
export function disconnectVpn(call: Call, parts: EverywareReadParts): Answer {
  const isMisspelt = call.path.endsWith('/_discconect');
  if (isMisspelt !== parts.knobs.misspeltDisconnectOnly) return unknownPath();
  const id = call.params['deviceId'] ?? '';
  const refused = problem(id, parts);
  if (refused !== undefined) return refused;
  parts.state.disconnectVpn(id);
  return downAnswer();
}

/** All three calls go to the device itself: it must be there, connected and have the client. */
function problem(id: string, { state, knobs }: EverywareReadParts): Answer | undefined {
  const device = state.device(id);
  if (device === undefined) return entityNotFound('device', id, knobs);
  if (device.connection?.status !== 'CONNECTED') {
    const status = device.connection?.status ?? 'null';
    // The message has the id as a decimal, the field as it is used everywhere else.
    const message = `The device ${decodeId(id)} is not CONNECTED. Current device connection status is: ${status}`;
    const besides = { deviceId: id };
    return refuse(
      { status: 409, type: 'deviceNotConnected', code: 'DEVICE_NOT_CONNECTED', message, besides },
      knobs,
    );
  }
  if (hasVpnClient(device)) return undefined;
  const message = 'The device replied that the requested resource was not found.';
  return refuse({ status: knobs.missingClientStatus, type: '', code: 'RESPONSE_NOT_FOUND', message }, knobs);
}

function vpnAnswer(id: string, { state }: EverywareReadParts): Answer {
  const tunnel = state.tunnel(id);
  if (tunnel === undefined || !state.isVpnUp(id)) return downAnswer();
  return { status: 200, json: { connected: true, ipAddress: tunnel.ipAddress } };
}

/** Without a tunnel the address is 0.0.0.0. */
function downAnswer(): Answer {
  return { status: 200, json: { connected: false, ipAddress: '0.0.0.0' } };
}
