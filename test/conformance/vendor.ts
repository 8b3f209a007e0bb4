import { CAPABILITIES } from '../../src/domain/capability';
import { DrawbridgeError } from '../../src/domain/errors';
import { settle } from '../../src/domain/outcome';
import type { CallContext, VendorResponse } from '../../src/transport/transport';
import { answer, type Script } from '../support/scripted-transport';
import {
  type Bench,
  CONTEXT,
  codeOf,
  damage,
  errorOf,
  idsOf,
  type MakeBench,
  recordsOf,
  SECRET,
  setUp,
  type VendorExample,
} from './vendor-bench';
import { CODES, GARBAGE } from './vendor-failures';
import { describeModule } from './vendor-module';
import { describeWrites } from './vendor-writes';

/** The rules that every driver keeps. Called once for each vendor, from its own test file. */
export function describeVendor(example: VendorExample): void {
  const { module } = example;
  const bench: MakeBench = (script) => setUp(example, script);
  const listed: MakeList = (rows, more = false, total = rows.length) =>
    bench(answer(200, example.page(rows, more, total)));
  describe(`${module.title} keeps the contract of a driver`, () => {
    describeRows(example, listed);
    describePages(example, listed);
    describeFailures(example, bench);
    describeRequests(example, bench);
    describeLookUp(example, bench);
    describePromises(example, bench);
    describeWrites(example, bench);
    describeModule(example, bench);
  });
}

type MakeList = (rows: readonly unknown[], more?: boolean, total?: number) => Bench;

function describeRows(example: VendorExample, listed: MakeList): void {
  const [first, second, third] = example.ids;

  it('lists devices in the order of the vendor', async () => {
    const page = await listed([third, first, second].map(example.row)).list();
    expect(idsOf(page)).toEqual([third, first, second]);
  });

  it('drops a row that names no device, and its neighbours keep their places', async () => {
    const { list, dropped } = listed([example.row(first), example.brokenRow(SECRET), example.row(second)]);
    expect(idsOf(await list())).toEqual([first, undefined, second]);
    expect(dropped).toHaveLength(1);
    expect(JSON.stringify(dropped)).not.toContain(SECRET);
  });

  it('drops rows that are no objects', async () => {
    const { list, dropped } = listed([null, 7, SECRET, [SECRET], example.row(first)]);
    expect(idsOf(await list())).toEqual([undefined, undefined, undefined, undefined, first]);
    expect(dropped).toHaveLength(4);
    expect(JSON.stringify(dropped)).not.toContain(SECRET);
  });

  it('loses no device to a field that is missing or has another shape', async () => {
    const row = example.row(first);
    for (const name of Object.keys(row).filter((key) => String(row[key]) !== first)) {
      const { [name]: _, ...without } = row;
      const bent = [null, {}, [], 7, 'x', true].map((value) => ({ ...row, [name]: value }));
      const page = await listed([without, ...bent]).list();
      expect([name, new Set(idsOf(page))]).toEqual([name, new Set([first])]);
    }
  });

  it('keeps a row that comes twice in both its places', async () => {
    const page = await listed([first, second, first].map(example.row)).list();
    expect(idsOf(page)).toEqual([first, second, first]);
  });

  it('lets keys like __proto__ in an answer change nothing', async () => {
    const row = JSON.stringify(example.row(first)).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":1,',
    );
    const page = await listed([JSON.parse(row)]).list();
    expect(idsOf(page)).toEqual([first]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
}

function describePages(example: VendorExample, listed: MakeList): void {
  const [first, second] = example.ids;

  it('ends at a page without rows', async () => {
    const page = await listed([]).list();
    expect(page).toMatchObject({ rows: [], last: true });
  });

  it('ends where the vendor says that nothing comes after', async () => {
    const page = await listed([first, second].map(example.row)).list(2);
    expect(page).toMatchObject({ last: true, total: 2 });
  });

  it('goes on where the vendor has more, unless its list is always whole', async () => {
    const { driver, list } = listed([first, second].map(example.row), true, 5);
    expect((await list(2)).last).toBe(driver.listsWholeAccount);
  });
}

function describeFailures(example: VendorExample, bench: MakeBench): void {
  it.each(GARBAGE)(
    'answers garbage (%j) with VENDOR_UNAVAILABLE and never with an empty list',
    async (body) => {
      expect(await codeOf(bench(answer(200, body)).list())).toBe('VENDOR_UNAVAILABLE');
    },
  );

  it.each(CODES)('answers status %i with %s', async (status, code) => {
    expect(await codeOf(bench(answer(status)).list())).toBe(code);
    const refused = await errorOf(bench(answer(status, example.refusal(SECRET))).list());
    expect(refused.code).toBe(code);
  });

  it.each(CODES)('shows nothing of the body of an answer with status %i', async (status) => {
    for (const body of [example.refusal(SECRET), { message: SECRET }, SECRET, { [SECRET]: SECRET }]) {
      const error = await errorOf(bench(answer(status, body)).list());
      expect(`${error.message} ${error.stack}`).not.toContain(SECRET);
    }
  });

  it('shows nothing of a body that it cannot read', async () => {
    const page = example.page([], false, 0);
    for (const body of [{ [SECRET]: SECRET }, [SECRET], SECRET, { ...Object(page), ...damage(page) }]) {
      const error = await errorOf(bench(answer(200, body)).list());
      expect(error.message).not.toContain(SECRET);
    }
  });

  it('hands on how long the vendor asks to pause', async () => {
    const error = await errorOf(bench(answer(429, undefined, { 'retry-after': '7' })).list());
    expect(error).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryable: true, retryAfterSeconds: 7 });
  });

  it('lets a failure of the transport through as it is', async () => {
    const failure = new DrawbridgeError('VENDOR_TIMEOUT', 'The vendor did not answer in time.');
    const { list } = bench(() => {
      throw failure;
    });
    await expect(list()).rejects.toBe(failure);
  });
}

function describeRequests(example: VendorExample, bench: MakeBench): void {
  const { module, ids } = example;
  const whole = answer(200, example.page(ids.map(example.row), false, ids.length));

  it('asks for a page in one call, on behalf of the caller', async () => {
    const { driver, transport } = bench(whole);
    const context: CallContext = { note: () => undefined };
    await driver.listDevices({ offset: 0, limit: 100 }, context);
    expect(transport.contexts).toEqual([context]);
    expect(transport.contexts[0]).toBe(context);
  });

  it('sends only endpoints of its catalogue, with every value of the path, and no credentials', async () => {
    const { driver, transport, list } = bench(whole);
    await list();
    for (const status of driver.statusFilters) {
      await driver.listDevices({ offset: 0, limit: 100, status }, CONTEXT);
    }
    await settle(driver.devicesById?.get([ids[0]], CONTEXT) ?? Promise.resolve(new Map()));
    for (const { endpoint, params, headers } of transport.requests) {
      expect(Object.values(module.catalogue)).toContain(endpoint);
      const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(params ?? {})).toEqual(names);
      expect(endpoint.method).toBe('GET');
      expect(headers).toBeUndefined();
    }
  });
}

function describeLookUp(example: VendorExample, bench: MakeBench): void {
  const { ids, lookUp, module } = example;
  const [first, second, third] = ids;
  it('looks devices up by id exactly where the example says how', () => {
    expect(bench(answer(200)).driver.devicesById !== undefined).toBe(lookUp !== undefined);
  });
  if (lookUp === undefined) return;
  const get = (script: Script | VendorResponse, ...wanted: readonly string[]) =>
    bench(script).driver.devicesById?.get(wanted, CONTEXT) ?? Promise.resolve(new Map());

  it('leaves out of the Map what does not exist', async () => {
    const found = await get(lookUp([first, third]), first, second, third);
    expect([...found.keys()]).toEqual([first, third]);
    for (const id of [first, third]) {
      const outcome = found.get(id);
      expect(outcome?.ok && outcome.value.facts.vendorDeviceId).toBe(id);
    }
  });

  it('takes one batch at a time', () => {
    const { batch } = bench(answer(200)).driver.devicesById ?? { batch: 0 };
    expect(module.catalogue['devicesById']?.batch).toBe(batch);
  });

  it.each([...CODES.filter(([status]) => status !== 404)])(
    'fails a look-up that is answered with status %i with %s',
    async (status, code) => {
      const found = settle(get(answer(status, example.refusal(SECRET)), first).then((map) => map.get(first)));
      const outcome = await found;
      const error = outcome.ok ? outcome.value?.ok === false && outcome.value.error : outcome.error;
      expect(error).toMatchObject({ code });
      expect(String(error)).not.toContain(SECRET);
    },
  );
}

function describePromises(example: VendorExample, bench: MakeBench): void {
  const { module, ids } = example;
  const whole = answer(200, example.page(ids.map(example.row), false, ids.length));

  it('promises only capabilities that its module names, and ways in that lead into the device', async () => {
    const { driver, list } = bench(whole);
    expect(CAPABILITIES).toEqual(expect.arrayContaining([...module.capabilities]));
    for (const record of recordsOf(await list())) {
      expect(module.capabilities).toEqual(expect.arrayContaining([...record.capabilities]));
      expect(record.accesses === undefined).toBe(driver.remoteAccesses !== undefined);
      for (const access of record.accesses ?? []) {
        expect(access.vendorDeviceId).toBe(record.facts.vendorDeviceId);
      }
      if (driver.vpn === undefined) expect(record.vpnAnswers).toBe(false);
    }
  });

  it('takes every id of its list for an id, and nothing that could leave its place in a path', async () => {
    const { driver, list } = bench(whole);
    for (const record of recordsOf(await list())) {
      const key = driver.deviceKey(record.facts.vendorDeviceId);
      expect(key).toBeDefined();
      expect(driver.deviceKey(key ?? '')).toBe(key);
    }
    for (const id of [
      '',
      ' ',
      '.',
      '..',
      '../x',
      'a/b',
      'a?b',
      'a b',
      'a,b',
      '%2e%2e',
      'a\n',
      '0'.repeat(600),
    ]) {
      expect([id, driver.deviceKey(id)]).toEqual([id, undefined]);
    }
  });
}
