import type { Scope } from '../domain/principal';

/**
 * What a field needs, by `Type.field`: the table that the schema shows as `@requiresScopes`, that docs/security.md prints,
 * and that a test holds against what the service does, field by field. Without it the field is null with FORBIDDEN at its
 * path. A thing that was entered rightly shows what it is; only a device that is reached from a link or a way in tells
 * nothing but its key to whoever may not read devices.
 *
 * Not here, because they are no errors or depend on what is asked for: `url`, `host` and `port` of a session are null
 * without links:use; `node`, `nodes` and `_entities` need what the thing itself needs; a link through a VPN needs
 * vpn:write too, and openAccess remote_access:write where it has to make a way in.
 */
export const FIELD_SCOPES: Readonly<Record<string, Scope>> = {
  'Query.devices': 'devices:read',
  'Query.device': 'devices:read',
  'Query.fleet': 'devices:read',
  'Query.vendorAccounts': 'devices:read',
  'Query.remoteAccess': 'remote_access:read',
  'Query.session': 'remote_access:read',
  'Query.sessions': 'remote_access:read',
  'Query.auditLog': 'audit:read',
  'FleetSummary.vpnConnected': 'vpn:read',
  'Device.name': 'devices:read',
  'Device.status': 'devices:read',
  'Device.serialNumber': 'devices:read',
  'Device.macAddress': 'devices:read',
  'Device.model': 'devices:read',
  'Device.firmwareVersion': 'devices:read',
  'Device.tags': 'devices:read',
  'Device.lastSeenAt': 'devices:read',
  'Device.observedAt': 'devices:read',
  'Device.capabilities': 'devices:read',
  'Device.remoteAccesses': 'remote_access:read',
  'Device.sessions': 'remote_access:read',
  'Device.vpnStatus': 'vpn:read',
  'RemoteAccess.sessions': 'remote_access:read',
  'Session.remoteAccess': 'remote_access:read',
  'Subscription.sessionExpiry': 'remote_access:read',
  'Subscription.vpnStatusChanged': 'vpn:read',
  'Subscription.deviceStatusChanged': 'devices:read',
  'Mutation.createRemoteAccess': 'remote_access:write',
  'Mutation.updateRemoteAccess': 'remote_access:write',
  'Mutation.deleteRemoteAccess': 'remote_access:write',
  'Mutation.createLink': 'links:use',
  'Mutation.openAccess': 'links:use',
  'Mutation.closeSession': 'links:use',
  'Mutation.connectVpn': 'vpn:write',
  'Mutation.disconnectVpn': 'vpn:write',
};

/** True for a field at a root that every caller may ask for, and nobody else. */
export function isAuthenticatedOnly(field: string): boolean {
  return /^(Query|Mutation|Subscription)\./.test(field) && FIELD_SCOPES[field] === undefined;
}
