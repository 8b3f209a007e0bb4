/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant as RFC 3339 text, in UTC with milliseconds: 2026-11-20T10:15:30.000Z */
  DateTime: { input: string; output: string; }
};

/** What is spoken at the far end of a way in. */
export type AccessProtocol =
  /** A web page without encryption behind the device; the link itself is encrypted. */
  | 'HTTP'
  /** A web page. */
  | 'HTTPS'
  /** Something that the vendor does not name, or that the graph has no name for. */
  | 'OTHER'
  /** A Windows desktop. */
  | 'RDP'
  /** File transfer over a secure shell. */
  | 'SFTP'
  /** A secure shell. */
  | 'SSH'
  /** Any other service that speaks TCP. */
  | 'TCP'
  /** A terminal without encryption behind the device. */
  | 'TELNET'
  /** A desktop of any system. */
  | 'VNC'
  /** A network connection to the device rather than to one service on it. */
  | 'VPN';

/** What a device's vendor lets the graph do. Ask before offering a button. */
export type Capability =
  /** A link can be ended before its time. */
  | 'CLOSE_LINK'
  /** A link can be opened through one of its ways in. */
  | 'CREATE_LINK'
  /** A way in can be added. */
  | 'CREATE_REMOTE_ACCESS'
  /** A way in can be removed. */
  | 'DELETE_REMOTE_ACCESS'
  /** Its ways in can be listed. */
  | 'LIST_REMOTE_ACCESSES'
  /** Its links can be listed. */
  | 'LIST_SESSIONS'
  /** A link can be restricted to one public address. */
  | 'RESTRICT_LINK_TO_IP'
  /** A way in can be changed. */
  | 'UPDATE_REMOTE_ACCESS'
  /** Its VPN connection can be brought up and down. */
  | 'VPN_CONTROL'
  /** The state of its VPN connection can be read. */
  | 'VPN_STATUS';

/** Whether calls to an account are let through. */
export type CircuitState =
  /** Calls flow. */
  | 'CLOSED'
  /** One call is on trial. */
  | 'HALF_OPEN'
  /** Calls are refused until the vendor recovers. */
  | 'OPEN';

/** A link that is to be opened through a way in. */
export type CreateLinkInput = {
  /** Only this public address may use the link; an error where the vendor cannot enforce it. */
  allowedIp?: InputMaybe<Scalars['String']['input']>;
  /** Whole seconds, at least 10 and at most what the policy allows. */
  durationSeconds: Scalars['Int']['input'];
  /** Same key, same caller, same input: the same session comes back and no second link is made. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Why, for the audit log. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** Through which way in. */
  remoteAccessId: Scalars['ID']['input'];
};

/** A way in that is to be added. */
export type CreateRemoteAccessInput = {
  /** Into which device. */
  deviceId: Scalars['ID']['input'];
  /** The IPv4 address behind the device. */
  host: Scalars['String']['input'];
  /** What to call it: 3 to 50 characters, unique on the device. */
  name: Scalars['String']['input'];
  /** The port behind the device. */
  port: Scalars['Int']['input'];
  /** What is spoken at the far end. */
  protocol: AccessProtocol;
};

/** Which devices are wanted: those that meet every condition. A list that is empty or left out does not restrict. */
export type DeviceFilter = {
  /** In one of these accounts, by key. */
  account?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Case-insensitive, anywhere in name, serial number, MAC address, model or vendor id. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** In one of these states. */
  status?: InputMaybe<Array<DeviceStatus>>;
  /** With one of these tags, written exactly so. */
  tag?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Of one of these vendors. */
  vendor?: InputMaybe<Array<Vendor>>;
};

/** The order of a list of devices. Ties are ordered by id. */
export type DeviceOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** By what. */
  field: DeviceOrderField;
};

/** What devices can be ordered by. */
export type DeviceOrderField =
  /** By when the vendor last heard of it; never heard of comes last. */
  | 'LAST_SEEN_AT'
  /** By name, without regard to case. */
  | 'NAME'
  /** ONLINE, OFFLINE, NOT_ACTIVATED, UNKNOWN. */
  | 'STATUS'
  /** By the vendor's name. */
  | 'VENDOR';

/** Whether a device can be reached. */
export type DeviceStatus =
  /** Known to its vendor, but not yet taken into use there. */
  | 'NOT_ACTIVATED'
  /** Its vendor does not reach it now, or never did. */
  | 'OFFLINE'
  /** Its vendor reaches it now. */
  | 'ONLINE'
  /** Its vendor says something that the graph does not know how to read. */
  | 'UNKNOWN';

/** A service of a device that is to be reached, whoever made the device. */
export type OpenAccessInput = {
  /** Only this public address may use the link; an error where the vendor cannot enforce it. */
  allowedIp?: InputMaybe<Scalars['String']['input']>;
  /** Which device. */
  deviceId: Scalars['ID']['input'];
  /** Whole seconds, at least 10 and at most what the policy allows. */
  durationSeconds: Scalars['Int']['input'];
  /** The IPv4 address behind the device, where it matters. */
  host?: InputMaybe<Scalars['String']['input']>;
  /** Same key, same caller, same input: the same session comes back and no second link is made. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The port behind the device; left out: the protocol's own. */
  port?: InputMaybe<Scalars['Int']['input']>;
  /** What is spoken at the far end. */
  protocol: AccessProtocol;
  /** Why, for the audit log. */
  reason?: InputMaybe<Scalars['String']['input']>;
};

/** Which way a list is ordered. What has no value comes last either way. */
export type OrderDirection =
  /** A to Z, early to late. */
  | 'ASC'
  /** Z to A, late to early. */
  | 'DESC';

/** What happened to a link that is followed. The last three are final: nothing follows them. */
export type SessionEventType =
  /** The end was moved. */
  | 'CHANGED'
  /** Somebody ended it before its end. Nothing follows. */
  | 'CLOSED'
  /** First, once for each session that matches: how it stands now. */
  | 'CURRENT'
  /** Its end has come. Nothing follows. */
  | 'EXPIRED'
  /** A requested number of seconds before the end was reached. */
  | 'EXPIRING'
  /** It never came to be. Nothing follows. */
  | 'FAILED'
  /** It can be used from now on; or it was made elsewhere, and was found. */
  | 'OPENED';

/** Which sessions are wanted: those that meet every condition. A list that is empty or left out does not restrict. */
export type SessionFilter = {
  /** Asked for by one of these callers. */
  createdBy?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Into one of these devices, by id. */
  device?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Ending, or ended, before this instant. */
  expiresBefore?: InputMaybe<Scalars['DateTime']['input']>;
  /** In one of these states. */
  status?: InputMaybe<Array<SessionStatus>>;
  /** Of one of these vendors. */
  vendor?: InputMaybe<Array<Vendor>>;
};

/** How a link stands. The last three are final: nothing follows them. */
export type SessionStatus =
  /** Usable now. */
  | 'ACTIVE'
  /** Over: somebody ended it before its end. Final. */
  | 'CLOSED'
  /** Over: its end has come. Final. */
  | 'EXPIRED'
  /** It never came to be. Final. */
  | 'FAILED'
  /** Asked of the vendor, not yet confirmed. */
  | 'PENDING';

/** What of a way in is to be changed; what is left out stays. */
export type UpdateRemoteAccessInput = {
  /** Another IPv4 address behind the device. */
  host?: InputMaybe<Scalars['String']['input']>;
  /** A new name. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Another port behind the device. */
  port?: InputMaybe<Scalars['Int']['input']>;
  /** Another protocol. */
  protocol?: InputMaybe<AccessProtocol>;
  /** Which way in. */
  remoteAccessId: Scalars['ID']['input'];
};

/** The maker of the service that reaches a device. */
export type Vendor =
  /** Eurotech Everyware Cloud: gateways, reached through a VPN that they join on demand. */
  | 'EVERYWARE'
  /** remote.it: services on any machine, reached through proxied connections. */
  | 'REMOTE_IT'
  /** Teltonika RMS: routers and gateways, reached through RMS Connect links. */
  | 'TELTONIKA_RMS';

export type DevicePageQueryVariables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<DeviceFilter>;
}>;


export type DevicePageQuery = { devices: { totalCount?: number | null, nodes: Array<{ id: string, name: string, vendor: Vendor, status: DeviceStatus, lastSeenAt?: string | null, capabilities: Array<Capability> }>, pageInfo: { hasNextPage: boolean, endCursor?: string | null } } };

export type OneDeviceQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type OneDeviceQuery = { device?: { id: string, name: string, vendor: Vendor, status: DeviceStatus, lastSeenAt?: string | null, capabilities: Array<Capability>, remoteAccesses?: Array<{ id: string, protocol: AccessProtocol, port?: number | null }> | null, vpnStatus?: { connected: boolean, ipAddress?: string | null } | null } | null };

export type AnyNodeQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type AnyNodeQuery = { node?:
    | { __typename: 'Device', id: string, name: string, vendor: Vendor, status: DeviceStatus, lastSeenAt?: string | null, capabilities: Array<Capability> }
    | { __typename: 'RemoteAccess', protocol: AccessProtocol, device: { id: string } }
    | { __typename: 'Session' }
   | null };

export type DeviceRowFragment = { id: string, name: string, vendor: Vendor, status: DeviceStatus, lastSeenAt?: string | null, capabilities: Array<Capability> };

export type FleetAtAGlanceQueryVariables = Exact<{ [key: string]: never; }>;


export type FleetAtAGlanceQuery = { fleet: { totalDevices: number, byVendor: Array<{ value: string, count: number }>, problems: Array<{ account: string, code: string }> } };

export type OpenAccessMutationVariables = Exact<{
  input: OpenAccessInput;
}>;


export type OpenAccessMutation = { openAccess: { replayed: boolean, session: { id: string, status: SessionStatus, url?: string | null, secondsRemaining?: number | null, reason?: string | null } } };

export type CloseSessionMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CloseSessionMutation = { closeSession: { session: { id: string, status: SessionStatus, url?: string | null, secondsRemaining?: number | null, reason?: string | null } } };

export type LinkFragment = { id: string, status: SessionStatus, url?: string | null, secondsRemaining?: number | null, reason?: string | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const DeviceRowFragmentDoc = new TypedDocumentString(`
    fragment DeviceRow on Device {
  id
  name
  vendor
  status
  lastSeenAt
  capabilities
}
    `, {"fragmentName":"DeviceRow"}) as unknown as TypedDocumentString<DeviceRowFragment, unknown>;
export const LinkFragmentDoc = new TypedDocumentString(`
    fragment Link on Session {
  id
  status
  url
  secondsRemaining
  reason
}
    `, {"fragmentName":"Link"}) as unknown as TypedDocumentString<LinkFragment, unknown>;
export const DevicePageDocument = new TypedDocumentString(`
    query DevicePage($first: Int!, $after: String, $filter: DeviceFilter) {
  devices(first: $first, after: $after, filter: $filter) {
    nodes {
      ...DeviceRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    fragment DeviceRow on Device {
  id
  name
  vendor
  status
  lastSeenAt
  capabilities
}`) as unknown as TypedDocumentString<DevicePageQuery, DevicePageQueryVariables>;
export const OneDeviceDocument = new TypedDocumentString(`
    query OneDevice($id: ID!) {
  device(id: $id) {
    ...DeviceRow
    remoteAccesses {
      id
      protocol
      port
    }
    vpnStatus {
      connected
      ipAddress
    }
  }
}
    fragment DeviceRow on Device {
  id
  name
  vendor
  status
  lastSeenAt
  capabilities
}`) as unknown as TypedDocumentString<OneDeviceQuery, OneDeviceQueryVariables>;
export const AnyNodeDocument = new TypedDocumentString(`
    query AnyNode($id: ID!) {
  node(id: $id) {
    __typename
    ... on Device {
      ...DeviceRow
    }
    ... on RemoteAccess {
      protocol
      device {
        id
      }
    }
  }
}
    fragment DeviceRow on Device {
  id
  name
  vendor
  status
  lastSeenAt
  capabilities
}`) as unknown as TypedDocumentString<AnyNodeQuery, AnyNodeQueryVariables>;
export const FleetAtAGlanceDocument = new TypedDocumentString(`
    query FleetAtAGlance {
  fleet {
    totalDevices
    byVendor {
      value
      count
    }
    problems {
      account
      code
    }
  }
}
    `) as unknown as TypedDocumentString<FleetAtAGlanceQuery, FleetAtAGlanceQueryVariables>;
export const OpenAccessDocument = new TypedDocumentString(`
    mutation OpenAccess($input: OpenAccessInput!) {
  openAccess(input: $input) {
    session {
      ...Link
    }
    replayed
  }
}
    fragment Link on Session {
  id
  status
  url
  secondsRemaining
  reason
}`) as unknown as TypedDocumentString<OpenAccessMutation, OpenAccessMutationVariables>;
export const CloseSessionDocument = new TypedDocumentString(`
    mutation CloseSession($id: ID!) {
  closeSession(id: $id) {
    session {
      ...Link
    }
  }
}
    fragment Link on Session {
  id
  status
  url
  secondsRemaining
  reason
}`) as unknown as TypedDocumentString<CloseSessionMutation, CloseSessionMutationVariables>;