import { registerEnumType } from 'type-graphql';
import { CAPABILITIES, type Capability } from '../../domain/capability';
import { DEVICE_STATUSES, type DeviceStatus } from '../../domain/device';
import { ACCESS_PROTOCOLS, type AccessProtocol } from '../../domain/remote-access';
import { SESSION_STATUSES, type SessionStatus } from '../../domain/session';
import { SESSION_EVENT_TYPES, type SessionEventType } from '../../domain/session-event';
import { VENDORS, type Vendor } from '../../domain/vendor';
import { DEVICE_ORDER_FIELDS } from '../../services/device-filter';

/** An object with each name as its own value: the form in which type-graphql takes enums. */
function toEnum<T extends string>(names: readonly T[]): Record<T, T> {
  return Object.fromEntries(names.map((name) => [name, name])) as Record<T, T>;
}

/** Descriptions of an enum's values. */
type Descriptions<T extends string> = Record<T, { description: string }>;

export const VendorEnum = toEnum(VENDORS);
export const DeviceStatusEnum = toEnum(DEVICE_STATUSES);
export const AccessProtocolEnum = toEnum(ACCESS_PROTOCOLS);
export const CapabilityEnum = toEnum(CAPABILITIES);
export const SessionStatusEnum = toEnum(SESSION_STATUSES);
export const SessionEventTypeEnum = toEnum(SESSION_EVENT_TYPES);
export const DeviceOrderFieldEnum = toEnum(DEVICE_ORDER_FIELDS);
export const OrderDirectionEnum = toEnum(['ASC', 'DESC'] as const);
export const CircuitStateEnum = toEnum(['CLOSED', 'OPEN', 'HALF_OPEN'] as const);

const vendors: Descriptions<Vendor> = {
  TELTONIKA_RMS: { description: 'Teltonika RMS: routers and gateways, reached through RMS Connect links.' },
  REMOTE_IT: { description: 'remote.it: services on any machine, reached through proxied connections.' },
  EVERYWARE: {
    description: 'Eurotech Everyware Cloud: gateways, reached through a VPN that they join on demand.',
  },
};

const deviceStatuses: Descriptions<DeviceStatus> = {
  ONLINE: { description: 'Its vendor reaches it now.' },
  OFFLINE: { description: 'Its vendor does not reach it now, or never did.' },
  NOT_ACTIVATED: { description: 'Known to its vendor, but not yet taken into use there.' },
  UNKNOWN: { description: 'Its vendor says something that the graph does not know how to read.' },
};

const protocols: Descriptions<AccessProtocol> = {
  HTTP: { description: 'A web page without encryption behind the device; the link itself is encrypted.' },
  HTTPS: { description: 'A web page.' },
  SSH: { description: 'A secure shell.' },
  SFTP: { description: 'File transfer over a secure shell.' },
  RDP: { description: 'A Windows desktop.' },
  VNC: { description: 'A desktop of any system.' },
  TELNET: { description: 'A terminal without encryption behind the device.' },
  TCP: { description: 'Any other service that speaks TCP.' },
  VPN: { description: 'A network connection to the device rather than to one service on it.' },
  OTHER: { description: 'Something that the vendor does not name, or that the graph has no name for.' },
};

const capabilities: Descriptions<Capability> = {
  LIST_REMOTE_ACCESSES: { description: 'Its ways in can be listed.' },
  CREATE_REMOTE_ACCESS: { description: 'A way in can be added.' },
  UPDATE_REMOTE_ACCESS: { description: 'A way in can be changed.' },
  DELETE_REMOTE_ACCESS: { description: 'A way in can be removed.' },
  CREATE_LINK: { description: 'A link can be opened through one of its ways in.' },
  CLOSE_LINK: { description: 'A link can be ended before its time.' },
  LIST_SESSIONS: { description: 'Its links can be listed.' },
  RESTRICT_LINK_TO_IP: { description: 'A link can be restricted to one public address.' },
  VPN_STATUS: { description: 'The state of its VPN connection can be read.' },
  VPN_CONTROL: { description: 'Its VPN connection can be brought up and down.' },
};

const sessionStatuses: Descriptions<SessionStatus> = {
  PENDING: { description: 'Asked of the vendor, not yet confirmed.' },
  ACTIVE: { description: 'Usable now.' },
  EXPIRED: { description: 'Over: its end has come. Final.' },
  CLOSED: { description: 'Over: somebody ended it before its end. Final.' },
  FAILED: { description: 'It never came to be. Final.' },
};

const sessionEventTypes: Descriptions<SessionEventType> = {
  CURRENT: { description: 'First, once for each session that matches: how it stands now.' },
  OPENED: { description: 'It can be used from now on; or it was made elsewhere, and was found.' },
  EXPIRING: { description: 'A requested number of seconds before the end was reached.' },
  CHANGED: { description: 'The end was moved.' },
  EXPIRED: { description: 'Its end has come. Nothing follows.' },
  CLOSED: { description: 'Somebody ended it before its end. Nothing follows.' },
  FAILED: { description: 'It never came to be. Nothing follows.' },
};

/** Makes the enums known under their public names. Called once, before the schema is built. */
export function registerEnums(): void {
  registerEnumType(VendorEnum, {
    name: 'Vendor',
    description: 'The maker of the service that reaches a device.',
    valuesConfig: vendors,
  });
  registerEnumType(DeviceStatusEnum, {
    name: 'DeviceStatus',
    description: 'Whether a device can be reached.',
    valuesConfig: deviceStatuses,
  });
  registerEnumType(AccessProtocolEnum, {
    name: 'AccessProtocol',
    description: 'What is spoken at the far end of a way in.',
    valuesConfig: protocols,
  });
  registerEnumType(CapabilityEnum, {
    name: 'Capability',
    description: "What a device's vendor lets the graph do. Ask before offering a button.",
    valuesConfig: capabilities,
  });
  registerEnumType(SessionStatusEnum, {
    name: 'SessionStatus',
    description: 'How a link stands. The last three are final: nothing follows them.',
    valuesConfig: sessionStatuses,
  });
  registerEnumType(SessionEventTypeEnum, {
    name: 'SessionEventType',
    description: 'What happened to a link that is followed. The last three are final: nothing follows them.',
    valuesConfig: sessionEventTypes,
  });
  registerEnumType(DeviceOrderFieldEnum, {
    name: 'DeviceOrderField',
    description: 'What devices can be ordered by.',
    valuesConfig: {
      NAME: { description: 'By name, without regard to case.' },
      STATUS: { description: 'ONLINE, OFFLINE, NOT_ACTIVATED, UNKNOWN.' },
      LAST_SEEN_AT: { description: 'By when the vendor last heard of it; never heard of comes last.' },
      VENDOR: { description: "By the vendor's name." },
    },
  });
  registerEnumType(OrderDirectionEnum, {
    name: 'OrderDirection',
    description: 'Which way a list is ordered. What has no value comes last either way.',
    valuesConfig: {
      ASC: { description: 'A to Z, early to late.' },
      DESC: { description: 'Z to A, late to early.' },
    },
  });
  registerEnumType(CircuitStateEnum, {
    name: 'CircuitState',
    description: 'Whether calls to an account are let through.',
    valuesConfig: {
      CLOSED: { description: 'Calls flow.' },
      OPEN: { description: 'Calls are refused until the vendor recovers.' },
      HALF_OPEN: { description: 'One call is on trial.' },
    },
  });
}
