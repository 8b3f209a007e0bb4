import 'reflect-metadata';
import { buildSchemaSync, type ContainerType } from 'type-graphql';
import { badInput } from '../domain/errors';
import { formatId, parseId } from '../domain/ids';
import type { GraphContext } from './context';
import { buildSubgraph, type Subgraph } from './federation';
import { withFieldDirectives } from './field-directives';
import { AuditResolver } from './resolvers/audit-resolver';
import { DeviceResolver } from './resolvers/device-resolver';
import { FleetResolver } from './resolvers/fleet-resolver';
import { MutationResolver } from './resolvers/mutation-resolver';
import { type AnyNode, NodeResolver } from './resolvers/node-resolver';
import { QueryResolver } from './resolvers/query-resolver';
import { RemoteAccessResolver } from './resolvers/remote-access-resolver';
import { SessionResolver } from './resolvers/session-resolver';
import { VpnPayloadResolver } from './resolvers/vpn-payload-resolver';
import { DateTime } from './scalars';
import { registerEnums } from './types/enums';

const NODE_TYPES = { device: 'Device', access: 'RemoteAccess', session: 'Session' } as const;

/** Builds the graph's schema. Everything it needs to answer comes with the context of each operation. */
export function buildGraph(): Subgraph {
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
      VpnPayloadResolver,
    ],
    scalarsMap: [{ type: Date, scalar: DateTime }],
    container: container(),
    validate: false,
    skipCheck: true,
  });
  return buildSubgraph({
    schema,
    annotate: withFieldDirectives,
    typeOf: ({ id }: AnyNode) => NODE_TYPES[parseId(id).kind],
    references: {
      Device: (reference, { loaders }: GraphContext) =>
        loaders.device(parseId(deviceKey(reference), 'device')),
      RemoteAccess: ({ id }, { loaders }: GraphContext) => loaders.remoteAccess(parseId(text(id), 'access')),
      Session: ({ id }, { loaders }: GraphContext) => loaders.session(parseId(text(id), 'session')),
    },
  });
}

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

/** The id of a device from either of its keys. */
function deviceKey({ id, account, vendorDeviceId }: Record<string, unknown>): string {
  if (id !== undefined) return text(id);
  return formatId(text(account), 'device', text(vendorDeviceId));
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw badInput('A representation of an entity carries its key fields as text.');
}
