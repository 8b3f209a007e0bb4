import path from 'node:path';
import type { ApolloClient } from '@apollo/client';
import WebSocket from 'ws';
import { buildClient } from '../e2e/built-service';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const WEB = path.resolve(__dirname, '../../dist/examples/web');
const PANEL = 'remoteit:device:80:00:00:5d:b9:00:00:02';
const LINK_SECONDS = 600;

/** What the page is given to show. */
interface Row {
  readonly id: string;
  readonly status: string;
  readonly device: { readonly name: string };
}

/** The example as it is compiled against the package of typed documents. */
interface Example {
  createDashboardClient(options: { readonly url: string; readonly webSocketImpl: unknown }): ApolloClient;
  watchOpenLinks(
    client: ApolloClient,
    show: (links: readonly Row[]) => void,
    fail: (thrown: unknown) => void,
  ): { stop(): void };
}

let example: Example;
let service: TestService;
let clock: ManualClock;

beforeAll(async () => {
  await buildClient();
  example = { ...require(path.join(WEB, 'client.js')), ...require(path.join(WEB, 'open-links.js')) };
});

beforeEach(async () => {
  clock = new ManualClock();
  service = await startTestService({ clock });
});

afterEach(() => service?.close());

async function openLink(): Promise<string> {
  const { data } = await service.query<{ openAccess: { session: { id: string } } }>(
    `mutation { openAccess(input: { deviceId: "${PANEL}", protocol: HTTPS, durationSeconds: ${LINK_SECONDS} }) {
       session { id } } }`,
  );
  return data.openAccess.session.id;
}

/** Waits until the page shows what is looked for; every change of it is looked at. */
class Page {
  #rows: readonly Row[] = [];
  #look: () => void = () => {};
  readonly failures: unknown[] = [];

  readonly show = (rows: readonly Row[]): void => {
    this.#rows = rows;
    this.#look();
  };

  shows(wanted: (rows: readonly Row[]) => boolean): Promise<readonly Row[]> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (wanted(this.#rows)) resolve(this.#rows);
      };
      this.#look();
    });
  }
}

test('the page shows links as they come and go, and asks for the list once', async () => {
  const kept = await openLink();
  const client = example.createDashboardClient({ url: `${service.url}/graphql`, webSocketImpl: WebSocket });
  const page = new Page();
  const watching = example.watchOpenLinks(client, page.show, (thrown) => page.failures.push(thrown));
  await page.shows((rows) => rows.some(({ id }) => id === kept));

  const opened = await openLink();
  const both = await page.shows((rows) => rows.some(({ id }) => id === opened));
  expect(both.map(({ device }) => device.name)).toEqual(
    expect.arrayContaining([expect.stringContaining('Panel')]),
  );

  await service.query(`mutation { closeSession(id: "${opened}") { session { id } } }`);
  expect((await page.shows((rows) => rows.every(({ id }) => id !== opened))).map(({ id }) => id)).toContain(
    kept,
  );

  clock.advance(LINK_SECONDS * 1000);
  await page.shows((rows) => rows.every(({ id }) => id !== kept));

  const asked = service.log.filter((line) => line.includes('"operation":"OpenLinks"'));
  expect(asked).toHaveLength(1);
  expect(page.failures).toEqual([]);
  watching.stop();
  client.stop();
});
