import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import type { Device } from '../../domain/device';
import { badInput } from '../../domain/errors';
import { parseId } from '../../domain/ids';
import type { RemoteAccess } from '../../domain/remote-access';
import type { Session } from '../../domain/session';
import type { GraphContext } from '../context';
import type { Loaders } from '../loaders';
import { NodeType } from '../types/node';

/** Anything with an id. */
export type AnyNode = Device | RemoteAccess | Session;

/** More ids than this in one field are refused. */
const MOST_NODES = 1000;

@Resolver()
export class NodeResolver {
  @Directive('@inaccessible')
  @Query(() => NodeType, { nullable: true, description: 'Anything by its id. Null where it is unknown.' })
  async node(
    @Ctx() { loaders }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of a device, a remote access or a session.' }) id: string,
  ): Promise<AnyNode | null> {
    return loadNode(id, loaders);
  }

  @Directive('@inaccessible')
  @Query(() => [NodeType], {
    nullable: 'items',
    description: `Things by their ids, in order; null at the index of one that is unknown. ${MOST_NODES} at most.`,
  })
  nodes(
    @Ctx() { loaders }: GraphContext,
    @Arg('ids', () => [ID], { description: 'Ids of devices, remote accesses and sessions.' }) ids: string[],
  ): Promise<AnyNode | null>[] {
    if (ids.length > MOST_NODES) throw badInput(`${ids.length} ids at once: ${MOST_NODES} at most.`);
    return ids.map((id) => loadNode(id, loaders));
  }
}

async function loadNode(text: string, loaders: Loaders): Promise<AnyNode | null> {
  const id = parseId(text);
  switch (id.kind) {
    case 'device':
      return loaders.device(id);
    case 'access':
      return loaders.remoteAccess(id);
    case 'session':
      return loaders.session(id);
  }
}
