/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query DevicePage($first: Int!, $after: String, $filter: DeviceFilter) {\n  devices(first: $first, after: $after, filter: $filter) {\n    nodes {\n      ...DeviceRow\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nquery OneDevice($id: ID!) {\n  device(id: $id) {\n    ...DeviceRow\n    remoteAccesses {\n      id\n      protocol\n      port\n    }\n    vpnStatus {\n      connected\n      ipAddress\n    }\n  }\n}\n\nquery AnyNode($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on Device {\n      ...DeviceRow\n    }\n    ... on RemoteAccess {\n      protocol\n      device {\n        id\n      }\n    }\n  }\n}\n\nfragment DeviceRow on Device {\n  id\n  name\n  vendor\n  status\n  lastSeenAt\n  capabilities\n}": typeof types.DevicePageDocument,
    "query FleetAtAGlance {\n  fleet {\n    totalDevices\n    byVendor {\n      value\n      count\n    }\n    problems {\n      account\n      code\n    }\n  }\n}": typeof types.FleetAtAGlanceDocument,
    "mutation OpenAccess($input: OpenAccessInput!) {\n  openAccess(input: $input) {\n    session {\n      ...Link\n    }\n    replayed\n  }\n}\n\nmutation CloseSession($id: ID!) {\n  closeSession(id: $id) {\n    session {\n      ...Link\n    }\n  }\n}\n\nfragment Link on Session {\n  id\n  status\n  url\n  secondsRemaining\n  reason\n}": typeof types.OpenAccessDocument,
};
const documents: Documents = {
    "query DevicePage($first: Int!, $after: String, $filter: DeviceFilter) {\n  devices(first: $first, after: $after, filter: $filter) {\n    nodes {\n      ...DeviceRow\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nquery OneDevice($id: ID!) {\n  device(id: $id) {\n    ...DeviceRow\n    remoteAccesses {\n      id\n      protocol\n      port\n    }\n    vpnStatus {\n      connected\n      ipAddress\n    }\n  }\n}\n\nquery AnyNode($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on Device {\n      ...DeviceRow\n    }\n    ... on RemoteAccess {\n      protocol\n      device {\n        id\n      }\n    }\n  }\n}\n\nfragment DeviceRow on Device {\n  id\n  name\n  vendor\n  status\n  lastSeenAt\n  capabilities\n}": types.DevicePageDocument,
    "query FleetAtAGlance {\n  fleet {\n    totalDevices\n    byVendor {\n      value\n      count\n    }\n    problems {\n      account\n      code\n    }\n  }\n}": types.FleetAtAGlanceDocument,
    "mutation OpenAccess($input: OpenAccessInput!) {\n  openAccess(input: $input) {\n    session {\n      ...Link\n    }\n    replayed\n  }\n}\n\nmutation CloseSession($id: ID!) {\n  closeSession(id: $id) {\n    session {\n      ...Link\n    }\n  }\n}\n\nfragment Link on Session {\n  id\n  status\n  url\n  secondsRemaining\n  reason\n}": types.OpenAccessDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DevicePage($first: Int!, $after: String, $filter: DeviceFilter) {\n  devices(first: $first, after: $after, filter: $filter) {\n    nodes {\n      ...DeviceRow\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nquery OneDevice($id: ID!) {\n  device(id: $id) {\n    ...DeviceRow\n    remoteAccesses {\n      id\n      protocol\n      port\n    }\n    vpnStatus {\n      connected\n      ipAddress\n    }\n  }\n}\n\nquery AnyNode($id: ID!) {\n  node(id: $id) {\n    __typename\n    ... on Device {\n      ...DeviceRow\n    }\n    ... on RemoteAccess {\n      protocol\n      device {\n        id\n      }\n    }\n  }\n}\n\nfragment DeviceRow on Device {\n  id\n  name\n  vendor\n  status\n  lastSeenAt\n  capabilities\n}"): typeof import('./graphql').DevicePageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FleetAtAGlance {\n  fleet {\n    totalDevices\n    byVendor {\n      value\n      count\n    }\n    problems {\n      account\n      code\n    }\n  }\n}"): typeof import('./graphql').FleetAtAGlanceDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation OpenAccess($input: OpenAccessInput!) {\n  openAccess(input: $input) {\n    session {\n      ...Link\n    }\n    replayed\n  }\n}\n\nmutation CloseSession($id: ID!) {\n  closeSession(id: $id) {\n    session {\n      ...Link\n    }\n  }\n}\n\nfragment Link on Session {\n  id\n  status\n  url\n  secondsRemaining\n  reason\n}"): typeof import('./graphql').OpenAccessDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
