import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { compose, readSdl } from '../../examples/supergraph/compose';
import { withoutEnforcedElsewhere } from '../../examples/supergraph/enforced-elsewhere';
import type { TestService } from '../support/service';

/** A subgraph that lives in a test. */
export interface Neighbour {
  /** Without the link to Federation, which all have alike. */
  readonly sdl: string;
  readonly resolvers?: Parameters<typeof buildSubgraphSchema>[0] extends infer T
    ? T extends { resolvers?: infer R }
      ? R
      : never
    : never;
}

/** Drawbridge and a neighbour behind a gateway without a network of its own. */
export interface Neighbourhood {
  readonly supergraphSdl: string;
  /** Answers the data; throws where there is an error. */
  query(query: string): Promise<unknown>;
  close(): Promise<void>;
}

const LINK = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@external", "@requires", "@provides", "@shareable", "@override", "@interfaceObject",
      "@composeDirective", "@inaccessible", "@tag"]
  )
`;

/** A neighbour's whole text. */
export function withLink(sdl: string): string {
  return `${LINK}\n${sdl}`;
}

/** The text of the supergraph of a running Drawbridge and a neighbour. Throws where they do not fit. */
export async function composeWith(service: TestService, { sdl }: Neighbour): Promise<string> {
  const url = `${service.url}/graphql`;
  return compose([
    { name: 'drawbridge', url, sdl: await readSdl(url) },
    { name: 'neighbour', url: 'http://neighbour', sdl: withLink(sdl) },
  ]).sdl;
}

/** Serves that supergraph. */
export async function openNeighbourhood(service: TestService, neighbour: Neighbour): Promise<Neighbourhood> {
  const supergraphSdl = await composeWith(service, neighbour);
  const { resolvers } = neighbour;
  const schema = buildSubgraphSchema({
    typeDefs: parse(withLink(neighbour.sdl)),
    ...(resolvers === undefined ? {} : { resolvers }),
  });
  const gateway = new ApolloGateway({
    supergraphSdl: withoutEnforcedElsewhere(supergraphSdl),
    buildService: ({ name, url = '' }) =>
      name === 'neighbour' ? new LocalGraphQLDataSource(schema) : new RemoteGraphQLDataSource({ url }),
  });
  const server = new ApolloServer({ gateway, stopOnTerminationSignals: false });
  await server.start();
  return {
    supergraphSdl,
    query: async (query) => {
      const { body } = await server.executeOperation({ query });
      if (body.kind !== 'single') throw new Error('a single answer was expected');
      const { data, errors } = body.singleResult;
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return JSON.parse(JSON.stringify(data));
    },
    close: () => server.stop(),
  };
}
