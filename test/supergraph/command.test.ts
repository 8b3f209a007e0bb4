import {
  GATEWAYS,
  type GatewayName,
  type RunningSupergraph,
  runSupergraph,
} from '../../examples/supergraph/run';
import { buildService, MAIN } from '../e2e/built-service';

beforeAll(buildService);

describe.each(Object.keys(GATEWAYS) as GatewayName[])('npm run supergraph -- %s', (name) => {
  let running: RunningSupergraph | undefined;

  afterEach(() => running?.close());

  test('starts everything, answers across both graphs, shows a playground, and stops', async () => {
    running = await runSupergraph(name, MAIN, { quiet: true });
    const { gateway, drawbridge, sites } = running;
    const answer = await fetch(gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ site(id: "molo-vii") { devices { name } } }' }),
    });
    const { data } = (await answer.json()) as { data: { site: { devices: { name: string }[] } } };
    expect(data.site.devices).toHaveLength(5);
    for (const device of data.site.devices) expect(device.name).toContain('Molo VII');

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
