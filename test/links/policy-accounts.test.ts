import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulators, startSimulators } from '../../src/simulators/simulators';
import { startTestService, type TestService, variablesOf } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  CREATE_LINK,
  codeOf,
  hurry,
  OPEN_ACCESS,
  writesOf,
} from './asking';

let folder: string;
let simulators: Simulators;
let service: TestService;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  simulators = await startSimulators({ devices: 3, latencyMs: 0 });
  hurry(simulators);
  const accounts = path.join(folder, 'accounts.yaml');
  // Two accounts at one vendor, under rules of their own; the third has those of the environment.
  await writeFile(
    accounts,
    `accounts:
  strict:
    vendor: TELTONIKA_RMS
    token: \${TOKEN}
    baseUrl: ${simulators.rms.baseUrl}
    statusUrl: ${simulators.rms.statusUrl}
    linkMaxSeconds: 120
    linkProtocols: HTTPS,SSH
    linkNetworks: 10.0.0.0/8
  wide:
    vendor: TELTONIKA_RMS
    token: \${TOKEN}
    baseUrl: ${simulators.rms.baseUrl}
    statusUrl: ${simulators.rms.statusUrl}
    linkNetworks: 0.0.0.0/0
  lab:
    vendor: REMOTE_IT
    developerKey: ${simulators.remoteit.credentials.developerKey}
    username: ${simulators.remoteit.credentials.username}
    password: ${simulators.remoteit.credentials.password}
    baseUrl: ${simulators.remoteit.baseUrl}
  gates:
    vendor: EVERYWARE
    username: ${simulators.everyware.credentials.username}
    password: ${simulators.everyware.credentials.password}
    baseUrl: ${simulators.everyware.baseUrl}
    linkProtocols: SSH
`,
  );
  const none = Object.fromEntries(Object.keys(variablesOf(simulators)).map((name) => [name, undefined]));
  service = await startTestService({
    simulators: { devices: 3 },
    env: {
      ...none,
      ACCOUNTS_FILE: accounts,
      TOKEN: simulators.rms.credentials.token,
      LINK_MAX_SECONDS: '600',
      LINK_PROTOCOLS: 'HTTPS,HTTP',
    },
  });
});

afterAll(async () => {
  await service?.close();
  await simulators?.close();
  await rm(folder, { recursive: true });
});

const link = async (remoteAccessId: string, durationSeconds = 60) => {
  for (const { calls } of [simulators.rms, simulators.remoteit, simulators.everyware]) calls.reset();
  const answer = await service.query(CREATE_LINK, {
    variables: { input: { remoteAccessId, durationSeconds } },
  });
  const code = codeOf(answer);
  if (code !== undefined) expect(writesOf(simulators)).toEqual([]);
  return code;
};

test('each account has the rules that it sets, and those of the environment where it sets none', async () => {
  const inside = addRouter(simulators, { destinationIp: '10.1.1.1', protocol: 'https' });
  const beside = addRouter(simulators, { destinationIp: '192.168.1.1', protocol: 'https' });
  const desktop = addRouter(simulators, { destinationIp: '10.1.1.1', protocol: 'vnc' });
  const outside = addRouter(simulators, { destinationIp: '8.8.8.8', protocol: 'http' });
  const of = (account: string, { deviceId, accessId }: typeof inside) =>
    `${account}:access:${deviceId}:${accessId}`;

  expect(await link(of('strict', inside), 120)).toBeUndefined();
  expect(await link(of('strict', inside), 121)).toBe('POLICY_VIOLATION');
  expect(await link(of('strict', beside))).toBe('POLICY_VIOLATION');
  expect(await link(of('strict', desktop))).toBe('POLICY_VIOLATION');
  expect(await link(of('wide', inside), 600)).toBeUndefined();
  expect(await link(of('wide', inside), 601)).toBe('POLICY_VIOLATION');
  expect(await link(of('wide', outside))).toBeUndefined();
  expect(await link(of('wide', desktop))).toBe('POLICY_VIOLATION');
});

test('a protocol that is not allowed is opened on no vendor', async () => {
  const { access, device } = addService(simulators);
  expect(await link(access.replace('remoteit', 'lab'))).toBe('POLICY_VIOLATION');
  const input = { deviceId: device.replace('remoteit', 'lab'), protocol: 'SSH', durationSeconds: 60 };
  expect(codeOf(await service.query(OPEN_ACCESS, { variables: { input } }))).toBe('POLICY_VIOLATION');
});

test('where the VPN is not allowed, no other protocol opens it either', async () => {
  const { access, device, id } = addGateway(simulators);
  expect(await link(access.replace('everyware', 'gates'))).toBe('POLICY_VIOLATION');
  const input = { deviceId: device.replace('everyware', 'gates'), protocol: 'SSH', durationSeconds: 60 };
  expect(codeOf(await service.query(OPEN_ACCESS, { variables: { input } }))).toBe('POLICY_VIOLATION');
  expect(simulators.everyware.state.isVpnUp(id)).toBe(false);
});
