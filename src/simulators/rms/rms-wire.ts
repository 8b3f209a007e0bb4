import { heartbeatAt } from '../fleet-naming';
import type { Answer } from '../route';
import type { RmsAccess, RmsDevice, RmsSession, RmsVpn } from './rms-records';

/** One of the vendor's errors. */
export interface RmsError {
  readonly code: string;
  readonly source: string | null;
  readonly message: string;
}

/** A row on the wire. */
export type RmsRow = Readonly<Record<string, unknown>>;

/** Wraps errors in the vendor's envelope. Source: RMS OpenAPI 3.0.0, inline_response_401, 404 and 422. */
export function refuse(status: number, ...errors: readonly RmsError[]): Answer {
  return { status, json: { success: false, errors } };
}

/** The 404 of a thing that is not there. */
export function notFound(): Answer {
  return refuse(404, { code: 'NOT_FOUND', source: null, message: 'Not found.' });
}

/** A 422 about one field. */
export function invalid(source: string, message: string): RmsError {
  return { code: 'VALIDATION_ERROR', source, message };
}

/** "Y-m-d H:i:s" in UTC. Source: RMS OpenAPI 3.0.0, device_body. */
function wireTime(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
}

/** A device as answered: numbers for booleans, nulls where nothing is known. Source: RMS OpenAPI 3.0.0, GET /devices. */
export function deviceRow(device: RmsDevice, now: number): RmsRow {
  const heard = device.status === 1 ? heartbeatAt(now, device.id) : device.lastConnectionAt;
  return {
    id: device.id,
    company_id: device.companyId,
    company_name: device.companyName,
    name: device.name,
    description: device.description,
    serial: device.serial,
    mac: device.mac,
    model: device.model,
    original_model: device.model,
    firmware: device.firmware,
    status: device.status,
    last_connection_at: heard === null ? null : wireTime(heard),
    created_at: wireTime(device.createdAt),
    updated_at: heard === null ? null : wireTime(heard),
    mqtt: 1,
    is_facelift: 0,
    credit_enabled: 1,
    monitoring_enabled: device.status === 2 ? 0 : 1,
    vpn_monitoring: 60,
    connection_uptime: null,
    connection_type: device.connectionType,
    operator: device.operator,
    imei: device.imei,
    iccid: device.iccid,
    wan_state: device.mobileIp === '' ? 'Wired' : 'Mobile',
    wan_ip: device.wanIp,
    mobile_ip: device.mobileIp,
    rsrp: null,
    latitude: null,
    longitude: null,
    tags: device.tags,
  };
}

/**
 * A remote access as answered: the port as a string, booleans as 0 and 1, though RMS OpenAPI 3.0.0 (GET
 * /devices/remote-access) types them integer and boolean; real answers were seen this way by public clients.
 */
export function accessRow(access: RmsAccess, device: RmsDevice | undefined): RmsRow {
  return {
    id: access.id,
    device_id: access.deviceId,
    name: access.name,
    destination_ip: access.destinationIp,
    destination_port: String(access.destinationPort),
    protocol: access.protocol,
    is_main: access.isMain ? 1 : 0,
    credentials_required: access.credentialsRequired ? 1 : 0,
    mqtt: 1,
    device_name: device?.name ?? null,
    device_description: device?.description ?? null,
    device_model: device?.model ?? null,
    company_id: device?.companyId ?? null,
    company_name: device?.companyName ?? null,
    is_esim_bootstrap: null,
    tags: access.tags,
    created_at: wireTime(access.createdAt),
  };
}

/** A session as answered; it names neither its access nor its device. Source: RMS OpenAPI 3.0.0, GET /devices/connect/{access_id}/sessions. */
export function sessionRow(session: RmsSession, url: string, device: RmsDevice | undefined): RmsRow {
  return {
    id: session.id,
    start_time: session.startTime,
    end_time: session.endTime,
    input_data: session.inputData,
    output_data: session.outputData,
    username: session.username,
    email: session.email,
    company_id: device?.companyId ?? null,
    company_name: device?.companyName ?? null,
    url,
    ttl: session.endTime - session.startTime,
  };
}

/** An L2TP row as answered. Source: RMS OpenAPI 3.0.0, GET /devices/device-vpn-status. */
export function vpnRow(vpn: RmsVpn): RmsRow {
  return {
    id: vpn.deviceId,
    device_id: vpn.deviceId,
    data: vpn.instances.map((instance) => ({
      name: instance.name,
      type: instance.type,
      ip: instance.ip,
      is_enabled: instance.isEnabled,
      is_running: instance.isRunning,
    })),
    updated_at: `${wireTime(vpn.updatedAt)}+00:00`,
  };
}

/** Keeps of a row only the fields of a comma list; a list left out or empty keeps all. */
export function project(row: RmsRow, fields: string | null): RmsRow {
  if (fields === null || fields === '') return row;
  const wanted = new Set(fields.split(',').map((field) => field.trim()));
  return Object.fromEntries(Object.entries(row).filter(([field]) => wanted.has(field)));
}
