import { type DirectiveNode, Kind, parse, print, visit } from 'graphql';

/** Features that a gateway must know, and that Apollo Gateway does. */
const KNOWN = ['join', 'tag', 'inaccessible', 'core'];

/**
 * Takes out of a supergraph what Apollo Gateway would refuse to start with because it does not do it by itself:
 * @requiresScopes and @authenticated, which Drawbridge enforces whoever asks, and @cacheTag, which only tells what a
 * cache could be cleared by. Apollo Router and Hive Gateway take the supergraph as it is.
 */
export function withoutEnforcedElsewhere(supergraphSdl: string): string {
  const document = parse(supergraphSdl);
  const left = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: (directive) => {
      const feature = featureOf(directive);
      if (feature !== undefined && !KNOWN.includes(feature)) left.add(feature);
    },
  });
  return print(
    visit(document, {
      [Kind.DIRECTIVE]: (directive) => {
        const isLink = left.has(featureOf(directive) ?? '');
        return isLink || left.has(directive.name.value) ? null : undefined;
      },
      [Kind.DIRECTIVE_DEFINITION]: ({ name }) => (left.has(name.value) ? null : undefined),
    }),
  );
}

/** The name of a feature that a supergraph links for a purpose: a gateway that does not know it has to refuse. */
function featureOf({ name, arguments: args = [] }: DirectiveNode): string | undefined {
  const [url, purpose] = ['url', 'for'].map((arg) => args.find((one) => one.name.value === arg)?.value);
  if (name.value !== 'link' || purpose === undefined || url?.kind !== Kind.STRING) return undefined;
  return new URL(url.value).pathname.split('/')[1];
}
