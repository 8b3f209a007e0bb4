import type { TypedDocumentString } from './generated/graphql';

/** Sends a typed document; the answer has the type of what it selects. Rejects where the graph answers with errors. */
export async function send<TData, TVariables>(
  url: string,
  document: TypedDocumentString<TData, TVariables>,
  ...[variables]: TVariables extends Record<string, never> ? [] : [TVariables]
): Promise<TData> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await answer.json()) as { data: TData; errors?: { message: string }[] };
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}
