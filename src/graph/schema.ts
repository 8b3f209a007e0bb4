import 'reflect-metadata';
import { buildSchemaSync, type ContainerType, type PubSub } from 'type-graphql';
import { parseId } from '../domain/ids';
import { buildSubgraph, type Subgraph } from './federation';
import { withFieldDirectives } from './field-directives';
import { references } from './references';
import { AuditResolver } from './resolvers/audit-resolver';
import { DeviceResolver } from './resolvers/device-resolver';
import { FleetResolver } from './resolvers/fleet-resolver';
import { MutationResolver } from './resolvers/mutation-resolver';
import { type AnyNode, NodeResolver } from './resolvers/node-resolver';
import { QueryResolver } from './resolvers/query-resolver';
import { RemoteAccessResolver } from './resolvers/remote-access-resolver';
import { SessionResolver } from './resolvers/session-resolver';
import { SubscriptionResolver } from './resolvers/subscription-resolver';
import { VpnEventResolver } from './resolvers/vpn-event-resolver';
import { VpnPayloadResolver } from './resolvers/vpn-payload-resolver';
import { DateTime } from './scalars';
import { showNode } from './supergraph-node';
import { registerEnums } from './types/enums';

const NODE_TYPES = { device: 'Device', access: 'RemoteAccess', session: 'Session' } as const;

const CONTACT = {
  name: 'The team that runs Drawbridge here',
  description:
    'Every answer carries the header x-request-id: tell it, and what happened is found in the log. Errors carry a code of a closed list.',
};

const ROOTS = {
  Query: 'What can be asked. Asking changes nothing at a vendor.',
  Mutation: 'What can be done. Whoever does something sees it in the very next read.',
  Subscription: 'What can be followed. An event carries the whole state: one that is missed costs nothing.',
};

/** What the schema is built for. */
export interface GraphOptions {
  /** True: a supergraph shows Node, node and nodes as its own. Default: they are hidden there. */
  readonly supergraphNode?: boolean;
}

/** Builds the graph's schema. Everything it needs to answer comes with the context of each operation. */
export function buildGraph({ supergraphNode = false }: GraphOptions = {}): Subgraph {
  registerEnums();
  const schema = buildSchemaSync({
    resolvers: [
      QueryResolver,
      NodeResolver,
      FleetResolver,
      AuditResolver,
      MutationResolver,
      DeviceResolver,
      RemoteAccessResolver,
      SessionResolver,
      SubscriptionResolver,
      VpnEventResolver,
      VpnPayloadResolver,
    ],
    pubSub: NO_TOPICS,
    scalarsMap: [{ type: Date, scalar: DateTime }],
    container: container(),
    validate: false,
    skipCheck: true,
  });
  return buildSubgraph({
    schema,
    references,
    typeOf: ({ id }: AnyNode) => NODE_TYPES[parseId(id).kind],
    contact: CONTACT,
    rootDescriptions: ROOTS,
    edit: (typeDefs) => withFieldDirectives(supergraphNode ? showNode(typeDefs) : typeDefs),
  });
}

/** Asked for where there are subscriptions; ours bring their own events and publish nothing by topic. */
const NO_TOPICS: PubSub = {
  publish: () => {
    throw new Error('events are not published by topic');
  },
  subscribe: () => {
    throw new Error('events are not published by topic');
  },
};

/** Resolvers hold nothing: one of each is enough. */
function container(): ContainerType {
  const made = new Map<unknown, unknown>();
  return {
    get: (resolver) => {
      const instance = made.get(resolver) ?? new resolver();
      made.set(resolver, instance);
      return instance;
    },
  };
}
