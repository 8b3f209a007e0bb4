import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SCOPES } from '../../src/domain/principal';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { variablesOf } from '../support/service';
import { type Collector, startCollector } from './collector';
import { ask, Launcher, type ServiceProcess, tokensFile } from './service-process';

const ADMIN = { token: 'canary-token-of-a-caller', scopes: SCOPES };
const STORE_KEY = Buffer.alloc(32, 'canary').toString('base64');
const CRASH = 'canary-in-a-crash-0123456789';

/** Loaded before the service: throws where nobody catches it, once it is asked to, with a secret in every form. */
const PRELOAD = `
process.on('SIGUSR2', () => {
  const error = new Error('could not use https://user:${CRASH}@vendor.example.com/${CRASH}?token=${CRASH} with Bearer ${CRASH}');
  error.url = 'https://vendor.example.com/${CRASH}';
  error.cause = new Error('password=${CRASH}');
  setImmediate(() => { throw error; });
});
`;

const launcher = new Launcher();
let simulators: Simulators;
let collector: Collector;
let service: ServiceProcess;
let url: string;

beforeEach(async () => {
  simulators = await startSimulators({ devices: 60, latencyMs: 0 });
  collector = await startCollector();
  const folder = await launcher.folder({
    'tokens.json': tokensFile({ admin: ADMIN }),
    'preload.cjs': PRELOAD,
  });
  service = await launcher.launch({
    folder,
    env: {
      ...variablesOf(simulators),
      ...collector.env,
      // Spans are sent as they end, and not in some seconds: it will crash.
      OTEL_BSP_SCHEDULE_DELAY: '20',
      AUTH_TOKENS_FILE: 'tokens.json',
      LOG_LEVEL: 'trace',
      STORE_KEY,
      NODE_OPTIONS: `--require ${path.join(folder, 'preload.cjs')}`,
    },
  });
  url = await service.ready();
});

afterEach(async () => {
  await launcher.cleanUp();
  await collector.close();
  await simulators.close();
});

const as = async (query: string, headers: Record<string, string> = {}): Promise<string> =>
  JSON.stringify(await ask(url, query, { token: ADMIN.token, headers: { 'x-explain': '1', ...headers } }));

const get = async (target: string): Promise<string> => {
  const answer = await fetch(url + target, {
    headers: { authorization: `Bearer ${ADMIN.token}`, accept: 'text/html' },
  });
  return [...answer.headers].join() + (await answer.text());
};

/** The credentials that vendors were given, and those that they handed out. */
function credentials(): readonly string[] {
  const { rms, remoteit, everyware } = simulators;
  const sent = [rms, remoteit, everyware].flatMap((vendor) =>
    vendor.calls.entries.flatMap(({ headers }) => [
      headers.authorization,
      headers['token'],
      headers['developerkey'],
    ]),
  );
  const bare = sent.filter((value) => typeof value === 'string').map((value) => value.replace(/^\w+ /, ''));
  expect(new Set(bare).size).toBeGreaterThanOrEqual(3);
  const { token } = rms.credentials;
  return [
    token,
    remoteit.credentials.developerKey,
    remoteit.credentials.password,
    everyware.credentials.password,
    STORE_KEY,
    ADMIN.token,
    ...bare,
  ];
}

const SESSIONS = 'sessions(active: false) { id status url host port createdBy reason }';

/** Links of each vendor that hands any out: where they lead. */
async function openLinks(): Promise<readonly string[]> {
  const list = '{ devices(first: 60) { nodes { id status vendor remoteAccesses { id protocol } } } }';
  const { data } = await ask<{
    devices: {
      nodes: { vendor: string; status: string; remoteAccesses: { id: string; protocol: string }[] }[];
    };
  }>(url, list, { token: ADMIN.token });
  const hosts: string[] = [];
  for (const wanted of ['TELTONIKA_RMS', 'REMOTE_IT']) {
    const online = data.devices.nodes.filter(
      ({ vendor, status }) => vendor === wanted && status === 'ONLINE',
    );
    const web = online
      .flatMap(({ remoteAccesses }) => remoteAccesses)
      .find(({ protocol }) => /HTTP/.test(protocol));
    const opened = await ask<{ createLink: { session: { url: string } } }>(
      url,
      `mutation { createLink(input: { remoteAccessId: "${web?.id}", durationSeconds: 600, reason: "look", idempotencyKey: "canary of ${wanted}" }) { session { url } } }`,
      { token: ADMIN.token },
    );
    hosts.push(new URL(opened.data.createLink.session.url).host);
  }
  expect(hosts.every((host) => host.length > 10)).toBe(true);
  return hosts;
}

test('no credential of a vendor, no token and no link is in anything that the service emits or keeps', async () => {
  const links = await openLinks();
  const told: string[] = [];
  const simulated = [simulators.rms, simulators.remoteit, simulators.everyware];
  for (const vendor of simulated) {
    vendor.faults.add({
      kind: 'status',
      status: 500,
      body: { error: 'canary-in-a-body', url: `https://${links[0]}` },
      headers: { 'set-cookie': 'canary-in-a-header' },
      times: 3,
    });
    vendor.faults.add({ kind: 'html', times: 3 });
  }
  const fresh = { 'cache-control': 'no-cache' };
  for (let round = 0; round < 3; round += 1) {
    told.push(
      await as(
        `{ devices(first: 60) { nodes { id name vpnStatus { connected } remoteAccesses { id } } problems { code message } } vendorAccounts { account lastError } }`,
        fresh,
      ),
    );
    told.push(await get('/health/ready'));
  }
  for (const vendor of simulated) vendor.faults.clear();
  // The only place where a link is shown is the field that was asked for it.
  expect(await as(`{ sessions { nodes { url host } } }`)).toContain(links[0]);
  told.push(
    await as(
      '{ sessions { nodes { id status createdBy reason } } auditLog { nodes { id actor action target outcome reason } } }',
    ),
  );
  told.push(
    await as('{ nothing }'),
    await as('{'),
    await as('mutation { closeSession(id: "rms:session:none") { session { id } } }'),
  );
  for (const target of [
    '/metrics',
    '/health/live',
    '/schema.graphql',
    '/graphql',
    '/nothing',
    `/graphql?query={__typename}`,
  ])
    told.push(await get(target));
  told.push(JSON.stringify(await ask(url, '{ __typename }', { token: 'canary-of-a-stranger' })));
  expect(await as(`{ devices(first: 1) { nodes { ${SESSIONS} } } }`)).toContain('vendorCalls');
  await as('query TheLast { viewer { subject } }');
  await collector.received('TheLast');

  service.kill('SIGUSR2');
  expect(await service.exit).toEqual({ code: 1, signal: null });
  expect(service.lines.at(-1)).toMatchObject({
    level: 'error',
    msg: expect.stringContaining('the service ends'),
  });
  const kept = readdirSync(path.join(service.folder, 'data')).map((name) =>
    readFileSync(path.join(service.folder, 'data', name), 'latin1'),
  );
  expect(kept.join()).toContain('canary');
  expect(collector.bodies.join()).toContain('vendor POST /devices/connect/{access_id}');

  const places = {
    answers: told.join('\n'),
    log: service.stdout,
    errors: service.stderr,
    store: kept.join('\n'),
    traces: collector.requests.join('\n'),
  };
  const secrets = [
    ...credentials(),
    ...links,
    'canary-in-a-body',
    'canary-in-a-header',
    'canary-of-a-stranger',
    CRASH,
  ];
  const found = Object.entries(places).flatMap(([place, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${place}: ${secret}`),
  );
  expect(found).toEqual([]);
});
