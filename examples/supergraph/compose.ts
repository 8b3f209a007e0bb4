import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** A subgraph as composition sees it. */
export interface ComposedSubgraph {
  readonly name: string;
  /** Where gateways send operations. */
  readonly url: string;
  readonly sdl: string;
}

/** What a gateway is started with. */
export interface Supergraph {
  readonly sdl: string;
  /** What composition found odd, though it works; each begins with its code. */
  readonly hints: readonly string[];
}

/** Makes one graph of several. Throws one error that lists everything that does not fit. */
export function compose(subgraphs: readonly ComposedSubgraph[]): Supergraph {
  const { supergraphSdl, errors, hints } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) {
    throw new Error(`The subgraphs do not fit:\n${errors?.map(({ message }) => message).join('\n')}`);
  }
  return {
    sdl: supergraphSdl,
    hints: (hints ?? []).map(({ definition, message }) => `${definition.code}: ${message}`),
  };
}

/** Asks a running subgraph for its schema, as its caller. Throws where it does not show it. */
export async function readSdl(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data, errors } = (await answer.json()) as {
    readonly data?: { readonly _service?: { readonly sdl: string } };
    readonly errors?: readonly { readonly message: string }[];
  };
  const sdl = data?._service?.sdl;
  if (sdl === undefined) throw new Error(`${url} does not show its schema: ${errors?.[0]?.message}`);
  return sdl;
}
