import { bearer, type CallersFile, callersFile } from '../support/callers';
import { startTestService, type TestService } from '../support/service';

/*
 * What graphql-cop looks for in a service, each asked as it asks, of a service with accounts and callers. A caller that
 * may do everything asks, unless the schema itself is what is asked for.
 */

let callers: CallersFile;
let service: TestService;

beforeAll(async () => {
  callers = await callersFile({ everything: {}, plain: { scopes: ['devices:read'] } });
  service = await startTestService({ simulators: { devices: 3 }, env: callers.env });
});

afterAll(async () => {
  await service?.close();
  await callers?.remove();
});

interface Shown {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

async function post(query: string, caller = 'everything'): Promise<Shown & { readonly status: number }> {
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(caller) },
    body: JSON.stringify({ query }),
  });
  return { status: answer.status, ...((await answer.json()) as Shown) };
}

const nothing = ({ data }: Shown): void => expect(data ?? null).toBeNull();

test('alias overloading: a hundred aliases', async () => {
  const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}:__typename`).join('\n');
  nothing(await post(`query cop { ${aliases} }`));
});

test('array batching: ten operations in one request', async () => {
  const body = JSON.stringify(Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })));
  const headers = { 'content-type': 'application/json', ...bearer('everything') };
  const answer = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
  expect([answer.status, Array.isArray(await answer.json())]).toEqual([400, false]);
});

test('directive overloading: ten directives that there are not give no ten errors', async () => {
  const { errors } = await post(`query cop { __typename ${'@aa'.repeat(10)} }`);
  expect(errors?.length).toBeLessThan(10);
});

test('circular query by introspection', async () => {
  const circle = 'fields { type { '.repeat(4);
  nothing(await post(`query cop { __schema { types { ${circle} name ${'} } '.repeat(4)} } } }`));
});

test('field duplication: one field five hundred times', async () => {
  nothing(await post(`query cop { ${'__typename \n'.repeat(500)} }`));
});

test('introspection, by a caller who may not explore', async () => {
  nothing(await post('query cop { __schema { types { name fields { name } } } }', 'plain'));
});

test('field suggestions, for a caller who may not explore', async () => {
  const answers = [
    await post('query cop { __schema { directive } }', 'plain'),
    await post('{ device }', 'plain'),
  ];
  expect(JSON.stringify(answers)).not.toContain('Did you mean');
});

test.each([[{}], [bearer('plain')]])('GraphiQL or another playground, with %p', async (headers) => {
  const answer = await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html', ...headers } });
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toMatch(
    /graphiql\.min\.css|GraphQL Playground|GraphiQL|graphql-playground/,
  );
});

test('queries by GET are answered, to callers with a token of their own and never to a page of another site', async () => {
  const url = `${service.url}/graphql?query=${encodeURIComponent('query cop {__typename}')}`;
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: bearer('everything') })).status).toBe(200);
});

test('mutations by GET', async () => {
  const url = `${service.url}/graphql?query=${encodeURIComponent('mutation cop {__typename}')}`;
  const answer = await fetch(url, { headers: bearer('everything') });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});

test('urlencoded queries by POST, as a form of another site sends them', async () => {
  const body = new URLSearchParams({ query: 'query cop { __typename }' });
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: bearer('everything'),
    body,
  });
  expect(answer.status).toBe(415);
});

test('trace mode: nothing tells a caller without graph:explain how long fields took, whatever header asks for it', async () => {
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'apollo-federation-include-trace': 'ftv1',
      ...bearer('plain'),
    },
    body: JSON.stringify({ query: 'query cop { __typename }' }),
  });
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
});

test('unhandled errors: what cannot be parsed shows no exception', async () => {
  const { errors } = await post('qwerty cop { abc }');
  expect(Object.keys(errors?.[0]?.extensions ?? {}).sort()).toEqual(['code', 'requestId']);
});
