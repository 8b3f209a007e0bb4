import { Fuzz } from '../../bench/fuzz-requests';
import { buildGraph } from '../../src/graph/schema';
import { startTestService } from '../support/service';

test('whatever is sent is answered: no crash, no 5xx, nothing unforeseen, nothing of the program', async () => {
  const service = await startTestService({ simulators: { devices: 12 } });
  const fuzz = new Fuzz(buildGraph().schema, 4711);
  let ran = 0;
  for (let round = 0; round < 40; round += 1) {
    const requests = Array.from({ length: 10 }, () => fuzz.request());
    await Promise.all(
      requests.map(async ({ body, headers }) => {
        const answer = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
        const text = await answer.text();
        if (answer.status === 200) ran += 1;
        expect([body, answer.status < 500, /INTERNAL_SERVER_ERROR|node_modules|\.ts:\d/.exec(text)]).toEqual([
          body,
          true,
          null,
        ]);
      }),
    );
  }
  expect(ran).toBeGreaterThan(50);
  expect(service.log.filter((line) => line.includes('unforeseen'))).toEqual([]);
  await service.close();
});

test('a representation that is none is told so, and not what the program made of it', async () => {
  const service = await startTestService({ simulators: { devices: 3 } });
  for (const representation of [
    '"x"',
    '1',
    '{}',
    '[{}]',
    '{ __typename: "Viewer" }',
    '{ __typename: 1 }',
    '{ __typename: "Device", id: 1 }',
  ]) {
    const { errors } = await service.query(
      `{ _entities(representations: [${representation}]) { __typename } }`,
    );
    expect([representation, errors?.[0]?.extensions['code']]).toEqual([representation, 'BAD_USER_INPUT']);
  }
  await service.close();
});
