import {
  GATEWAYS,
  type GatewayName,
  type RunningSupergraph,
  runSupergraph,
} from '../../examples/supergraph/run';
import { buildService, MAIN } from '../e2e/built-service';

beforeAll(buildService);

describe.each(Object.keys(GATEWAYS) as GatewayName[])('npm run supergraph -- %s', (name) => {
  const { NODE_ENV } = process.env;
  let running: RunningSupergraph | undefined;

  // As somebody has it who runs it from a shell: libraries show more of errors then than they do in tests.
  beforeAll(() => {
    process.env['NODE_ENV'] = 'development';
  });

  afterAll(() => {
    process.env['NODE_ENV'] = NODE_ENV;
  });

  afterEach(() => running?.close());

  test('starts everything, answers across both graphs, shows a playground, and stops', async () => {
    running = await runSupergraph(name, MAIN, { quiet: true });
    const { gateway, drawbridge, sites } = running;
    const ask = (url: string, query: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
    const answer = await ask(gateway, '{ site(id: "molo-vii") { devices { name } } }');
    const { data } = (await answer.json()) as { data: { site: { devices: { name: string }[] } } };
    expect(data.site.devices).toHaveLength(5);
    for (const device of data.site.devices) expect(device.name).toContain('Molo VII');

    for (const [url, query] of [
      [gateway, '{ session(id: "malformed") { id } }'],
      [gateway, '{ nothing }'],
      [drawbridge, '{ nothing }'],
      [sites, '{ nothing }'],
    ] as const) {
      expect(await (await ask(url, query)).json()).toEqual(
        expect.objectContaining({
          errors: [
            expect.objectContaining({
              extensions: expect.not.objectContaining({ stacktrace: expect.anything() }),
            }),
          ],
        }),
      );
    }

    const page = await fetch(gateway, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);

    await running.close();
    running = undefined;
    for (const url of [gateway, drawbridge, sites]) await expect(fetch(url)).rejects.toThrow();
  });
});

test('an address that is taken stops what was started', async () => {
  const first = await runSupergraph('hive', MAIN, { quiet: true });
  const port = Number(new URL(first.gateway).port);
  await expect(runSupergraph('hive', MAIN, { quiet: true, port })).rejects.toThrow(/EADDRINUSE/);
  await first.close();
});
