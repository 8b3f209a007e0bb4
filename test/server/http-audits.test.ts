import { serverAudits } from 'graphql-http';
import { startTestService, type TestService } from '../support/service';

/*
 * The audits of GraphQL over HTTP that come with graphql-http: every MUST and every SHOULD, each as a test of its own.
 */

// Audits ask for the URL only when they run.
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ simulators: { devices: 3 } });
});

afterAll(() => service?.close());

const audits = serverAudits({ url: () => `${service.url}/graphql` });

describe.each(['MUST', 'SHOULD'])('every %s', (level) => {
  const own = audits.filter(({ name }) => name.startsWith(level));

  test.each(own.map(({ id, name, fn }) => [`${id} ${name}`, fn] as const))('%s', async (_, audit) => {
    expect(await audit()).toMatchObject({ status: 'ok' });
  });
});

test('nothing of the list is left out but what a server MAY do', () => {
  const levels = new Set(audits.map(({ name }) => name.split(' ')[0]));
  expect([...levels].sort()).toEqual(['MAY', 'MUST', 'SHOULD']);
});

test('a mistake is told with 400 to a client that reads anything, and to one that knows the type of GraphQL', async () => {
  const statusOf = async (accept: string) => {
    const headers = { 'content-type': 'application/json', accept };
    const body = JSON.stringify({ query: '{ noSuchField }' });
    return (await fetch(`${service.url}/graphql`, { method: 'POST', headers, body })).status;
  };
  expect(await statusOf('*/*')).toBe(400);
  expect(await statusOf('application/graphql-response+json, application/json;q=0.9')).toBe(400);
  expect(await statusOf('application/json')).toBe(200);
});
