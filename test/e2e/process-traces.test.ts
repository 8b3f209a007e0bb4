import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { addRouter, hurry } from '../links/asking';
import { variablesOf } from '../support/service';
import { type Collector, startCollector } from './collector';
import { ask, Launcher, type ServiceProcess } from './service-process';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

let collector: Collector;
let simulators: Simulators;
let service: ServiceProcess;
let url: string;

const launcher = new Launcher();

beforeEach(async () => {
  collector = await startCollector();
  simulators = await startSimulators({ devices: 6, latencyMs: 0 });
  service = await launcher.launch({
    env: {
      ...variablesOf(simulators),
      AUTH_DISABLED: '1',
      ...collector.env,
    },
  });
  url = await service.ready();
});

afterEach(async () => {
  await launcher.cleanUp();
  await simulators.close();
  await collector.close();
});

/** Ends the service, and answers every span that it sent. */
async function spans(): Promise<readonly ReceivedSpan[]> {
  expect(await service.stop()).toMatchObject({ code: 0 });
  return collector.bodies.flatMap((body) =>
    JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: ReceivedSpan[] }[] }) =>
      resource.scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
}

function told({ attributes }: ReceivedSpan): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

test('an operation is a span in its caller’s trace, and each try of a vendor call one below it', async () => {
  await ask(url, 'query Names { devices(filter: { account: ["rms"] }) { nodes { name } } }', {
    headers: { traceparent: `00-${TRACE}-${PARENT}-01` },
  });
  const sent = await spans();
  const [operation] = sent.filter(({ name }) => name === 'graphql query');
  expect(operation).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 2 });
  expect(operation === undefined ? {} : told(operation)).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Names',
    'drawbridge.outcome': 'ok',
  });
  const calls = sent.filter(({ parentSpanId }) => parentSpanId === operation?.spanId);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({ name: 'vendor GET /devices', traceId: TRACE, kind: 3 });
  expect(calls[0] === undefined ? {} : told(calls[0])).toEqual({
    'drawbridge.account': 'rms',
    'drawbridge.route': 'GET /devices',
    'drawbridge.attempt': 1,
    'drawbridge.outcome': 'ok',
  });
  expect(BigInt(calls[0]?.startTimeUnixNano ?? 0)).toBeLessThan(BigInt(calls[0]?.endTimeUnixNano ?? 0));
});

test('a try that failed says how, and so does its operation', async () => {
  simulators.rms.knobs.tokenRevoked = true;
  await ask(url, '{ device(id: "rms:device:7") { name } }');
  const sent = await spans();
  expect(sent.filter(({ status }) => status.code === 2).map(({ name }) => name)).toEqual([
    'vendor GET /devices',
    'graphql query',
  ]);
  expect(sent.map(told)).toContainEqual(expect.objectContaining({ 'drawbridge.outcome': 'http_4xx' }));
});

test('no argument, id or link is in any of them', async () => {
  hurry(simulators);
  const router = addRouter(simulators);
  const { data } = await ask<{ createLink: { session: { id: string; url: string } } }>(
    url,
    `mutation { createLink(input: { remoteAccessId: "${router.access}", durationSeconds: 600, reason: "planted-reason" }) { session { id url } } }`,
  );
  const { session } = data.createLink;
  await spans();
  expect(collector.bodies.join('')).toContain('vendor POST /devices/connect/{access_id}');
  for (const secret of [session.url, session.id, router.access, String(router.deviceId), 'planted-reason']) {
    // Ids of spans and instants are long numbers, in which a short one may stand by chance.
    const alone = secret.replace('https://', '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    expect(collector.bodies.join('')).not.toMatch(new RegExp(`(?<![0-9a-f])${alone}(?![0-9a-f])`));
  }
});
