import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCOPES, type Scope } from '../../src/domain/principal';
import { type GraphResult, startTestService, type TestService } from '../support/service';
import {
  addGateway,
  addRouter,
  addService,
  as,
  codeOf,
  hurry,
  learnFleet,
  tokensFile,
  WEB_ROW,
  writesOf,
} from './asking';

export const CREATE_ACCESS =
  'mutation ($input: CreateRemoteAccessInput!) { createRemoteAccess(input: $input) { remoteAccess { id } } }';
export const UPDATE_ACCESS =
  'mutation ($input: UpdateRemoteAccessInput!) { updateRemoteAccess(input: $input) { remoteAccess { id } } }';
export const DELETE_ACCESS = 'mutation ($id: ID!) { deleteRemoteAccess(id: $id) { deletedId } }';
export const CONNECT = 'mutation ($id: ID!) { connectVpn(deviceId: $id) { vpnStatus { connected } } }';
export const DISCONNECT = 'mutation ($id: ID!) { disconnectVpn(deviceId: $id) { vpnStatus { connected } } }';

/** One thing of each kind, known to the service, and callers who lack a scope or an account. */
export interface PolicyFleet {
  readonly service: TestService;
  readonly router: ReturnType<typeof addRouter>;
  /** Its way in is the device's own. */
  readonly main: ReturnType<typeof addRouter>;
  /** Its way in leads to a public address. */
  readonly abroad: ReturnType<typeof addRouter>;
  readonly ssh: ReturnType<typeof addService>;
  readonly web: ReturnType<typeof addService>;
  readonly machine: ReturnType<typeof addService>;
  readonly gateway: ReturnType<typeof addGateway>;
  /** A gateway without the VPN client. */
  readonly plain: ReturnType<typeof addGateway>;
  ask(query: string, variables: Variables, subject?: string): Promise<GraphResult<Record<string, unknown>>>;
  /** The code with which an operation is refused, once it is sure that no vendor was asked to do anything. */
  refusal(query: string, variables: Variables, subject?: string): Promise<unknown>;
  close(): Promise<void>;
}

type Variables = Readonly<Record<string, unknown>>;

/** Starts the service with callers all, no-links, no-writes, no-vpn, and lab, who sees remote.it alone. */
export async function startPolicyFleet(): Promise<PolicyFleet> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const env = tokensFile(path.join(folder, 'tokens.json'), [
    { subject: 'all' },
    { subject: 'no-links', scopes: without('links:use') },
    { subject: 'no-writes', scopes: without('remote_access:write') },
    { subject: 'no-vpn', scopes: without('vpn:write') },
    { subject: 'lab', accounts: ['remoteit'] },
  ]);
  const service = await startTestService({
    simulators: { devices: 3 },
    env: { ...env, LINK_MAX_SECONDS: '3600' },
  });
  const { simulators } = service;
  hurry(simulators);
  const ask: PolicyFleet['ask'] = (query, variables, subject = 'all') =>
    service.query(query, { variables, headers: as(subject) });
  const fleet = {
    service,
    router: addRouter(simulators),
    main: addRouter(simulators, { isMain: true }),
    abroad: addRouter(simulators, { destinationIp: '8.8.8.8', protocol: 'http' }),
    ssh: addService(simulators),
    web: addService(simulators, WEB_ROW),
    machine: addService(simulators, { title: 'Bulk Service', applicationType: 35, port: 65_535 }),
    gateway: addGateway(simulators),
    plain: addGateway(simulators, { applicationIdentifiers: 'CMD-V1' }),
    ask,
    refusal: async (query: string, variables: Variables, subject?: string) => {
      const code = codeOf(await ask(query, variables, subject));
      expect(writesOf(simulators)).toEqual([]);
      return code;
    },
    close: async () => {
      await service.close();
      await rm(folder, { recursive: true });
    },
  };
  await learnFleet({ query: (query, options) => service.query(query, { ...options, headers: as('all') }) });
  return fleet;
}

function without(...missing: readonly Scope[]): readonly Scope[] {
  return SCOPES.filter((scope) => !missing.includes(scope));
}

/** What createLink is asked. */
export const link = (remoteAccessId: string, more: Variables = {}) => ({
  input: { remoteAccessId, durationSeconds: 60, ...more },
});

/** What openAccess is asked. */
export const open = (deviceId: string, more: Variables = {}) => ({
  input: { deviceId, protocol: 'SSH', durationSeconds: 60, ...more },
});

/** What createRemoteAccess is asked. */
export const wayIn = (deviceId: string, more: Variables = {}) => ({
  input: { deviceId, name: 'PLC', protocol: 'HTTP', host: '192.168.1.10', port: 80, ...more },
});
