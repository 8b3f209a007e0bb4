import path from 'node:path';
import type { ApolloClient } from '@apollo/client';
import WebSocket from 'ws';
import { buildClient } from '../e2e/built-service';
import { type CutLine, layLine } from '../support/cut-line';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const WEB = path.resolve(__dirname, '../../dist/examples/web');
const PANEL = 'remoteit:device:80:00:00:5d:b9:00:00:02';
/** So short that a clock which is moved in one go passes over no two signs of life. */
const LINK_SECONDS = 15;

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
let line: CutLine;

beforeAll(async () => {
  await buildClient();
  example = { ...require(path.join(WEB, 'client.js')), ...require(path.join(WEB, 'open-links.js')) };
});

beforeEach(async () => {
  clock = new ManualClock();
  service = await startTestService({ clock });
  line = await layLine(service.url);
});

afterEach(async () => {
  await line?.close();
  await service?.close();
});

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

const listings = () => service.log.filter((line) => line.includes('"operation":"OpenLinks"')).length;

function openPage(): { readonly page: Page; close(): void } {
  const client = example.createDashboardClient({ url: `${line.url}/graphql`, webSocketImpl: WebSocket });
  const page = new Page();
  const watching = example.watchOpenLinks(client, page.show, (thrown) => page.failures.push(thrown));
  return {
    page,
    close: () => {
      watching.stop();
      client.stop();
    },
  };
}

test('the page shows links as they come and go, and asks for the list once', async () => {
  const kept = await openLink();
  const { page, close } = openPage();
  await page.shows((rows) => rows.some(({ id }) => id === kept));

  const opened = await openLink();
  const both = await page.shows((rows) => rows.some(({ id }) => id === opened));
  expect(both.map(({ device }) => device.name)).toContainEqual(expect.stringContaining('Panel'));

  await service.query(`mutation { closeSession(id: "${opened}") { session { id } } }`);
  const left = await page.shows((rows) => rows.every(({ id }) => id !== opened));
  expect(left.map(({ id }) => id)).toContain(kept);

  clock.advance(LINK_SECONDS * 1000);
  await page.shows((rows) => rows.every(({ id }) => id !== kept));
  expect(listings()).toBe(1);
  expect(page.failures).toEqual([]);
  close();
});

test('the page learns of an end that came while the line was cut', async () => {
  const id = await openLink();
  const { page, close } = openPage();
  await page.shows((rows) => rows.some((row) => row.id === id));
  // The socket is opened when something is followed: an event tells that it is.
  const second = await openLink();
  await page.shows((rows) => rows.some((row) => row.id === second));
  line.cut();
  clock.advance(LINK_SECONDS * 1000);
  line.mend();
  await page.shows((rows) => rows.length === 0);
  expect(listings()).toBe(2);
  close();
});
