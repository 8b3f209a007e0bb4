/** What a field costs, and how many things it brings. */
export interface FieldCost {
  /** Vendor calls at worst, without what is selected below. Default 0: it is answered from what is known. */
  readonly weight?: number;
  /** Lists: how many there are where nothing tells. Default 1. */
  readonly assumedSize?: number;
  /** The arguments that tell how many there are. */
  readonly sizedBy?: readonly string[];
  /** Of a connection, the fields that are so long. */
  readonly sizedFields?: readonly string[];
  /** What arguments add where they are given. */
  readonly arguments?: Readonly<Record<string, number>>;
}

const CONNECTION = { assumedSize: 50, sizedBy: ['first'], sizedFields: ['edges', 'nodes'] } as const;

/** A filter or an order that vendors lack costs a walk through the fleet. */
const WALK = 10;

/**
 * The vendor calls of each field that costs any, after the bounds in docs/freshness-and-cost.md. The schema shows them
 * as `@cost` and `@listSize`, and an operation is weighed by those. A device that is reached from its own link or way in
 * was read before, and costs nothing.
 */
export const FIELD_COSTS: Readonly<Record<string, FieldCost>> = {
  // A call per 100 of a page, whose largest is 500.
  'Query.devices': { ...CONNECTION, weight: 5, arguments: { filter: WALK, orderBy: WALK } },
  'Query.device': { weight: 1 },
  'Query.remoteAccess': { weight: 1 },
  'Query.node': { weight: 1 },
  'Query.sessions': { ...CONNECTION, weight: 5 },
  'Query.auditLog': CONNECTION,
  'Query.fleet': { weight: WALK },
  'FleetSummary.vpnConnected': { weight: 50 },
  // One call for up to 100 devices, but for devices that follow one by one.
  'Device.remoteAccesses': { weight: 1, assumedSize: 2 },
  // One call for each way in.
  'Device.sessions': { weight: 2 },
  'RemoteAccess.sessions': { weight: 1 },
  'Device.vpnStatus': { weight: 1 },
  // What is looked up at its beginning; what happens then is told as it becomes known.
  'Subscription.sessionExpiry': { weight: 1 },
  'Subscription.vpnStatusChanged': { weight: 1 },
  'Subscription.deviceStatusChanged': { weight: WALK },
  'Mutation.createRemoteAccess': { weight: 10 },
  'Mutation.updateRemoteAccess': { weight: 10 },
  'Mutation.deleteRemoteAccess': { weight: 10 },
  'Mutation.createLink': { weight: 10 },
  // A way in, and then the link.
  'Mutation.openAccess': { weight: 20 },
  'Mutation.closeSession': { weight: 10 },
  'Mutation.connectVpn': { weight: 10 },
  'Mutation.disconnectVpn': { weight: 10 },
};

/** Lists as long as a list that they are asked with, which costs one call for each of its items. */
export const COUNTED_BY: Readonly<Record<string, string>> = {
  nodes: 'ids',
  _entities: 'representations',
};
