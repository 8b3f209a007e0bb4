import { heartbeatAt } from '../fleet-naming';
import type { Answer } from '../route';
import { decodeId } from './everyware-ids';
import type { EverywareKnobs } from './everyware-knobs';
import type { EverywareConnection, EverywareDevice, EverywareTunnel } from './everyware-records';

/** A row on the wire. */
export type WireRow = Readonly<Record<string, unknown>>;

/** What an error carries; `type` without its ending "ExceptionInfo". */
interface EverywareError {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly besides?: WireRow;
}

const USER_ID = 'LTcVBfHB2lo';

/** An error in the vendor's form. Source: Everyware Cloud OpenAPI 6.0.8, exceptionInfo, whose code is typed string and shown as a number. */
export function refuse(error: EverywareError, knobs: EverywareKnobs): Answer {
  const { httpErrorCodeAs: form } = knobs;
  const asString = form === 'string' || (form === 'mixed' && error.code === 'DEVICE_NOT_CONNECTED');
  const type = error.type === '' ? 'exceptionInfo' : `${error.type}ExceptionInfo`;
  const json = {
    type,
    httpErrorCode: asString ? String(error.status) : error.status,
    message: error.message,
    kapuaErrorCode: error.code,
    ...error.besides,
  };
  return { status: error.status, json };
}

/** The 401 of an ordinary token failure: without a body. Source: Everyware Cloud OpenAPI 6.0.8, unauthenticated. */
export const UNAUTHENTICATED: Answer = { status: 401 };

/** A path that the vendor does not know: a page of its web server, not one of its errors. */
export function unknownPath(): Answer {
  const text =
    '<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404 Not Found</h2></body></html>';
  return { status: 404, headers: { 'content-type': 'text/html' }, text };
}

/** A thing that is not there. */
export function entityNotFound(entityType: string, entityId: string, knobs: EverywareKnobs): Answer {
  const message = `The entity of type ${entityType} with id/name ${decodeId(entityId)} was not found.`;
  const besides = { entityType, entityId };
  return refuse({ status: 404, type: 'entityNotFound', code: 'ENTITY_NOT_FOUND', message, besides }, knobs);
}

/** A parameter with a value that cannot be. */
export function illegalArgument(argumentName: string, argumentValue: string, knobs: EverywareKnobs): Answer {
  const message = `An illegal value was provided for the argument ${argumentName}: ${argumentValue}`;
  const besides = { argumentName, argumentValue };
  return refuse({ status: 400, type: 'illegalArgument', code: 'ILLEGAL_ARGUMENT', message, besides }, knobs);
}

/** A permission that the user lacks. */
export function unauthorized(permission: string, scopeId: string, knobs: EverywareKnobs): Answer {
  const [domain = '', action = ''] = permission.split(':');
  const message = `User does not have permission to perform this action. Required permission: ${permission}:${scopeId}:*.`;
  const besides = { permission: { domain, action, targetScopeId: scopeId, forwardable: false } };
  return refuse(
    { status: 403, type: 'subjectUnauthorized', code: 'SUBJECT_UNAUTHORIZED', message, besides },
    knobs,
  );
}

/** The fields of every entity. */
export function entity(
  id: string,
  scopeId: string,
  times: { readonly createdOn: number; readonly modifiedOn: number },
): WireRow {
  return {
    id,
    scopeId,
    createdOn: new Date(times.createdOn).toISOString(),
    createdBy: USER_ID,
    modifiedOn: new Date(times.modifiedOn).toISOString(),
    modifiedBy: USER_ID,
    optlock: 2,
  };
}

/** A connection as answered. Source: Everyware Cloud OpenAPI 6.0.8, connection. */
export function connectionRow(
  connection: EverywareConnection,
  { clientId, scopeId, now }: { readonly clientId: string; readonly scopeId: string; readonly now: number },
): WireRow {
  const heard =
    connection.status === 'CONNECTED' ? heartbeatAt(now, clientId.length + connection.id.charCodeAt(3)) : 0;
  const modifiedOn = Math.max(connection.modifiedOn, heard);
  return {
    type: 'deviceConnection',
    ...entity(connection.id, scopeId, { createdOn: connection.createdOn, modifiedOn }),
    status: connection.status,
    clientId,
    userId: USER_ID,
    allowUserChange: false,
    userCouplingMode: 'INHERITED',
    authenticationType: 'USER_PASS',
    lastAuthenticationType: 'USER_PASS',
    protocol: 'MQTT',
    clientIp: connection.clientIp,
    serverIp: 'broker',
  };
}

/** A device as answered, with its connection only where asked. Source: Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/devices. */
export function deviceRow(
  device: EverywareDevice,
  {
    scopeId,
    now,
    withConnection,
  }: { readonly scopeId: string; readonly now: number; readonly withConnection: boolean },
): WireRow {
  const { connection } = device;
  return {
    type: 'device',
    ...entity(device.id, scopeId, device),
    clientId: device.clientId,
    connectionId: connection?.id ?? null,
    ...(withConnection && {
      connection: connection && connectionRow(connection, { clientId: device.clientId, scopeId, now }),
    }),
    status: device.status,
    displayName: device.displayName,
    lastEventId: null,
    serialNumber: device.serialNumber,
    modelId: device.modelId,
    modelName: device.modelName,
    biosVersion: device.biosVersion,
    firmwareVersion: device.firmwareVersion,
    osVersion: device.osVersion,
    jvmVersion: null,
    osgiFrameworkVersion: '1.8.0',
    applicationFrameworkVersion: 'ESF_6.0.0',
    connectionInterface: device.connectionInterface,
    connectionIp: device.connectionIp,
    applicationIdentifiers: device.applicationIdentifiers,
    acceptEncoding: 'gzip',
    tamperStatus: 'NOT_TAMPERED',
    tagIds: device.tagIds,
  };
}

/** A row of the scope-wide list of VPN connections. Source: Everyware Cloud OpenAPI 6.0.8, vpnConnection. */
export function vpnConnectionRow(tunnel: EverywareTunnel, scopeId: string): WireRow {
  return {
    type: 'vpnConnection',
    ...entity(tunnel.id, scopeId, { createdOn: tunnel.upAt, modifiedOn: tunnel.upAt }),
    inetAddress: tunnel.ipAddress,
    userId: tunnel.userId,
    deviceId: tunnel.deviceId,
    vpnServerId: 'Ag',
  };
}
