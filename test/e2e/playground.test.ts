import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { startTestService, type TestService } from '../support/service';

const BROWSER = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find((file) => file && existsSync(file));

if (!BROWSER) {
  process.stderr.write('playground in a browser: skipped, no Chromium found (set CHROMIUM_PATH)\n');
}

(BROWSER ? describe : describe.skip)('playground in a browser', () => {
  let service: TestService;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let strayRequests: string[];

  beforeAll(async () => {
    service = await startTestService();
    browser = await chromium.launch({
      ...(BROWSER ? { executablePath: BROWSER } : {}),
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  beforeEach(async () => {
    complaints = [];
    strayRequests = [];
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.on('request', (request) => {
      if (!request.url().startsWith(`${service.url}/`) && !/^(data|blob):/.test(request.url())) {
        strayRequests.push(request.url());
      }
    });
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(message.text());
      }
    });
    context.on('weberror', (failure) => complaints.push(failure.error().message));
    page = await context.newPage();
    const response = await page.goto(`${service.url}/graphql`);
    expect(response?.headers()['content-security-policy']).toContain("default-src 'self'");
    await page.getByText('query Fleet').first().waitFor();
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
    expect(strayRequests).toEqual([]);
  });

  test('the examples are open in tabs, and the first one is answered', async () => {
    expect(await page.title()).toBe('Drawbridge');
    const tabs = await page.getByRole('tab').allInnerTexts();
    expect(tabs.slice(0, 2)).toEqual(['Fleet', 'Devices']);
    expect(tabs.length).toBeGreaterThanOrEqual(6);

    await runOperation(page);
    await page.locator('.graphiql-response').getByText('totalDevices').waitFor();
  });

  test('an example of another tab runs with its variables', async () => {
    await page.getByRole('tab', { name: 'FindDevices' }).click();
    await page.getByText('query FindDevices').first().waitFor();
    const request = await runOperation(page);
    expect(request.postDataJSON()).toMatchObject({
      operationName: 'FindDevices',
      variables: { orderBy: { field: 'NAME', direction: 'ASC' } },
    });
  });

  test('the example of one device finds a device of the simulated fleet, with its ways in and a link', async () => {
    await page.getByRole('tab', { name: 'OneDevice' }).click();
    await page.getByText('query OneDevice').first().waitFor();
    const response = await (await runOperation(page)).response();
    expect(await response?.json()).toMatchObject({
      data: {
        device: {
          name: expect.any(String),
          status: 'ONLINE',
          remoteAccesses: expect.arrayContaining([expect.objectContaining({ name: expect.any(String) })]),
        },
      },
    });
  });

  test('the schema is documented in the page', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
    await page
      .locator('.graphiql-doc-explorer')
      .getByRole('link', { name: 'Device', exact: true })
      .first()
      .click();
    const panel = page.locator('.graphiql-doc-explorer');
    await panel.getByText('remoteAccesses').waitFor();
    expect(await panel.textContent()).toContain('Ways in that are configured on this device');
  });

  test('the headers editor is open; what is typed there goes with every tab and is kept nowhere', async () => {
    const editor = page.locator('.monaco-editor[data-uri$="request-headers.json"]');
    await editor.getByText('authorization').first().waitFor();
    await editor.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    await page.keyboard.type('{ "authorization": "Bearer planted-secret" }');

    const first = await runOperation(page);
    expect(await first.headerValue('authorization')).toBe('Bearer planted-secret');
    expect(await first.headerValue('content-type')).toBe('application/json');

    await page.getByRole('tab', { name: 'WhoAmI' }).click();
    await page.getByText('query WhoAmI').first().waitFor();
    const second = await runOperation(page);
    expect(await second.headerValue('authorization')).toBe('Bearer planted-secret');

    const kept = await readStorage(context, /activeTabIndex[\\":]+[1-9]/);
    expect(kept).toContain('drawbridge:graphiql:queries');
    expect(kept).not.toContain('planted-secret');
  });

  test('an example can be had again from the panel of examples', async () => {
    await page.getByRole('button', { name: 'Show Examples' }).click();
    await page.getByRole('button', { name: 'Who am I' }).click();
    await page.getByText('query WhoAmI').first().waitFor();
    expect(await page.getByRole('tab', { name: 'WhoAmI' }).getAttribute('aria-selected')).toBe('true');
  });
});

async function runOperation(page: Page): Promise<Request> {
  const sent = page.waitForRequest(
    (request) => request.method() === 'POST' && !request.postData()?.includes('__schema'),
  );
  await page.getByRole('button', { name: /^Execute query/ }).click();
  const request = await sent;
  const response = await request.response();
  expect(await response?.json()).toMatchObject({ data: expect.anything() });
  return request;
}

/** Waits until what the page keeps matches: tabs are written half a second after they were changed. */
async function readStorage(context: BrowserContext, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + 10_000;
  let kept = '';
  while (!pattern.test(kept) && Date.now() < deadline) {
    kept = JSON.stringify(await context.storageState());
  }
  expect(kept).toMatch(pattern);
  return kept;
}
